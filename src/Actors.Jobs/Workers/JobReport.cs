using Actors.Jobs.Protos;

namespace Actors.Jobs.Workers;

/// <summary>What one job has said of its work. Thread-safe.</summary>
internal sealed class JobReport(JobId id)
{
    private const int MaxLines = 100;
    private const int MaxText = 200;

    private readonly Lock _gate = new();
    private readonly Queue<JobLogLine> _lines = new();
    private int _grant = -1;
    private int _attempt;
    private double? _fraction;
    private string? _text;
    private DateTimeOffset _updatedAt;

    /// <summary>How many lines the attempt has logged, and how many of them were told elsewhere.</summary>
    private int _logged;
    private int _told;
    private bool _isTelling;

    /// <summary>False when a later grant has spoken.</summary>
    public bool Progress(int grant, int attempt, DateTimeOffset at, double fraction, string? text)
    {
        lock (_gate)
        {
            if (!TryBegin(grant, attempt))
            {
                return false;
            }

            (_fraction, _text, _updatedAt) = (fraction, Cut(text), at);
            return true;
        }
    }

    /// <inheritdoc cref="Progress"/>
    public bool Log(int grant, int attempt, DateTimeOffset at, string text)
    {
        lock (_gate)
        {
            if (!TryBegin(grant, attempt))
            {
                return false;
            }

            Add(new JobLogLine(attempt, at, Cut(text)!)); // Not null, as it was not.
            _updatedAt = at;
            return true;
        }
    }

    public JobProgress Read()
    {
        lock (_gate)
        {
            return new JobProgress(id, _attempt, _fraction, _text, _updatedAt, [.. _lines]);
        }
    }

    /// <summary>Whether somebody is to be told that there is something new; once, until it is taken.</summary>
    public bool TryBeginTelling()
    {
        lock (_gate)
        {
            return !_isTelling && (_isTelling = true);
        }
    }

    /// <summary>What is new since the last time; null when there is nothing.</summary>
    public InboxReport? TakeNew(long number, int grant)
    {
        lock (_gate)
        {
            if (!_isTelling || grant != _grant)
            {
                return null;
            }

            _isTelling = false;
            var known = Math.Min(_logged - _told, _lines.Count);
            var report = ToProto(_lines.Skip(_lines.Count - known));
            (report.Number, report.Grant, report.FirstLine) = (number, (uint)grant, (uint)(_logged - known));
            _told = _logged;
            return report;
        }
    }

    /// <summary>Takes in what another process has said. Said twice, it is taken once.</summary>
    public void Apply(InboxReport report)
    {
        lock (_gate)
        {
            var attempt = (int)report.Attempt;
            if (!TryBegin((int)report.Grant, attempt))
            {
                return;
            }

            var line = (int)report.FirstLine;
            foreach (var told in report.Lines)
            {
                if (++line > _logged)
                {
                    Add(new JobLogLine((int)told.Attempt, DateTimeOffset.FromUnixTimeMilliseconds(told.AtMs), told.Text));
                    _logged = line; // Lines between may have been too many to be told.
                }
            }

            _fraction = report.HasFraction ? report.Fraction : null;
            _text = report.HasText ? report.Text : null;
            _updatedAt = DateTimeOffset.FromUnixTimeMilliseconds(report.UpdatedAtMs);
        }
    }

    /// <summary>All of it.</summary>
    public InboxReport ToProto()
    {
        lock (_gate)
        {
            return ToProto(_lines);
        }
    }

    public static JobProgress FromProto(InboxReport report, JobId id) => new(
        id,
        (int)report.Attempt,
        report.HasFraction ? report.Fraction : null,
        report.HasText ? report.Text : null,
        DateTimeOffset.FromUnixTimeMilliseconds(report.UpdatedAtMs),
        [.. report.Lines.Select(line => new JobLogLine((int)line.Attempt, DateTimeOffset.FromUnixTimeMilliseconds(line.AtMs), line.Text))]);

    private static string? Cut(string? text) => text is { Length: > MaxText } ? text[..MaxText] + "…" : text;

    private InboxReport ToProto(IEnumerable<JobLogLine> lines)
    {
        var report = new InboxReport { Attempt = (uint)_attempt, UpdatedAtMs = _updatedAt.ToUnixTimeMilliseconds() };
        if (_fraction is { } fraction)
        {
            report.Fraction = fraction;
        }

        if (_text is { } text)
        {
            report.Text = text;
        }

        report.Lines.AddRange(lines.Select(line => new InboxLine { Attempt = (uint)line.Attempt, AtMs = line.At.ToUnixTimeMilliseconds(), Text = line.Text }));
        return report;
    }

    /// <summary>An attempt that has been overtaken by a later grant of its job has no say.</summary>
    private bool TryBegin(int grant, int attempt)
    {
        if (grant == _grant)
        {
            return true;
        }

        // Grants are counted in 16 bits.
        if (_grant >= 0 && (ushort)(grant - _grant) > ushort.MaxValue / 2)
        {
            return false;
        }

        (_grant, _attempt, _fraction, _text, _logged, _told, _isTelling) = (grant, attempt, null, null, 0, 0, false);
        return true;
    }

    private void Add(JobLogLine line)
    {
        if (_lines.Count == MaxLines)
        {
            _lines.Dequeue();
        }

        _lines.Enqueue(line);
        _logged++;
    }
}
