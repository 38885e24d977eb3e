using System.Diagnostics;
using System.Globalization;

namespace Actors.Hocon.Tests.Fuzzing;

/// <summary>Whatever the text is, parsing ends, and ends in a document or a <see cref="HoconException"/>.</summary>
/// <remarks>
/// The long run: <c>HOCON_FUZZ_INPUTS=10000000 HOCON_FUZZ_SEED=7 dotnet run -c Release --project tests/Actors.Hocon.Tests
/// -- --filter-class "*FuzzTests"</c>. Each input has a seed of its own, printed when it fails; with
/// <c>HOCON_FUZZ_INPUTS=1</c> and that seed it runs alone.
/// </remarks>
public class FuzzTests(ITestOutputHelper output)
{
    private const int UsualInputs = 10_000;
    private const int UsualSeed = 20_261_121;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private static readonly HoconOptions Options = Snippet.Closed with
    {
        Files = new MemoryFiles(("a.conf", "a = 1, x = ${b}"), ("b.conf", "include \"c.conf\", b = ${?a}"), ("c.conf", "include \"b.conf\"")),
        Limits = new HoconLimits { MaxDepth = 64, MaxResolutionSteps = 200_000, MaxExpandedValues = 20_000, MaxExpandedCharacters = 200_000 },
    };

    [Fact]
    public void Random_and_damaged_text_never_breaks_the_parser() => Run(static random => new ByteFuzzer(random).Next());

    [Fact]
    public void Random_documents_never_break_the_resolver() => Run(static random => new GrammarFuzzer(random).Next());

    private void Run(Func<Random, string> next)
    {
        var inputs = Read("HOCON_FUZZ_INPUTS", UsualInputs);
        var first = Read("HOCON_FUZZ_SEED", UsualSeed);
        output.WriteLine($"{inputs} inputs from seed {first}");
        var accepted = 0;
        var seed = first;
        var current = string.Empty;
        Exception? failure = null;
        var worker = new Thread(
            () =>
            {
                for (; seed < first + inputs && failure is null; Interlocked.Increment(ref seed))
                {
                    failure = Record.Exception(() =>
                    {
                        Volatile.Write(ref current, next(new Random(seed)));
                        accepted += Check(current) ? 1 : 0;
                    });
                    if (failure is not null)
                    {
                        failure = new InvalidOperationException($"Seed {seed}: {current}", failure);
                    }
                }
            },
            1536 * 1024)
        {
            IsBackground = true,
        };
        worker.Start();
        WaitFor(worker, () => (Volatile.Read(ref seed), Volatile.Read(ref current)));
        failure.ShouldBeNull();
        output.WriteLine($"{accepted} of {inputs} are documents");
        if (inputs >= UsualInputs)
        {
            accepted.ShouldBeInRange(inputs / 50, inputs - (inputs / 50));
        }
    }

    private static void WaitFor(Thread worker, Func<(int Seed, string Text)> progress)
    {
        var before = (-1, string.Empty);
        var watch = Stopwatch.StartNew();
        while (!worker.Join(TimeSpan.FromSeconds(1)))
        {
            if (progress() is var now && now != before)
            {
                (before, watch) = (now, Stopwatch.StartNew());
            }

            watch.Elapsed.ShouldBeLessThan(Hang, $"Seed {now.Seed} hangs: {now.Text}");
        }
    }

    /// <summary>Whether the text is a document. If so, it renders to JSON that means the same.</summary>
    private static bool Check(string text)
    {
        try
        {
            var json = HoconDocument.Parse(text, "fuzz", Options).Value.ToString();
            HoconDocument.Parse(json, "json", Snippet.Closed).Value.ToString().ShouldBe(json);
            return true;
        }
        catch (HoconException refused)
        {
            refused.Message.ShouldNotBeEmpty();
            foreach (var error in refused.Errors.Where(static e => e.Line > 0))
            {
                error.Column.ShouldBeInRange(1, error.SourceLine.Length + 2);
            }

            return false;
        }
    }

    private static int Read(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
