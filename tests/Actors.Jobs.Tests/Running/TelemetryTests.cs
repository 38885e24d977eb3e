using System.Diagnostics;
using System.Diagnostics.Metrics;
using Actors.Jobs.Queues;
using Actors.Jobs.Telemetry;
using Actors.Jobs.Tests.Processes;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Running;

/// <summary>Listeners are of the whole process: these tests run beside no others.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryCollection;

[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    [Fact]
    public async Task An_enqueue_and_each_attempt_have_a_span_with_the_names_of_the_field()
    {
        using var traces = new Traces();
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system);
        host.Script.Body = static (context, _) => context.Attempt == 1 ? throw new TimeoutException("too slow\nby far") : Task.CompletedTask;
        var id = await host.EnqueueAsync();
        await host.ReachAsync(id, JobState.Succeeded);

        var enqueue = traces.Named("enqueue default").ShouldHaveSingleItem();
        enqueue.Kind.ShouldBe(ActivityKind.Producer);
        Tags(enqueue).ShouldBe(new Dictionary<string, object?>
        {
            ["messaging.system"] = "actors",
            ["messaging.destination.name"] = "default",
            ["messaging.operation.name"] = "enqueue",
            ["messaging.operation.type"] = "send",
            ["messaging.message.id"] = id.ToString(),
            ["actors.job.type"] = "work",
        }, ignoreOrder: true);

        var attempts = traces.Named("process default");
        attempts.Count.ShouldBe(2);
        attempts.ShouldAllBe(attempt => attempt.Kind == ActivityKind.Consumer);
        Tags(attempts[0]).ShouldBe(new Dictionary<string, object?>
        {
            ["messaging.system"] = "actors",
            ["messaging.destination.name"] = "default",
            ["messaging.operation.name"] = "process",
            ["messaging.operation.type"] = "process",
            ["messaging.message.id"] = id.ToString(),
            ["actors.job.type"] = "work",
            ["actors.job.attempt"] = 1,
            ["actors.job.outcome"] = "failed",
            ["error.type"] = "System.TimeoutException",
        }, ignoreOrder: true);
        (attempts[0].Status, attempts[0].StatusDescription).ShouldBe((ActivityStatusCode.Error, "System.TimeoutException: too slow"));
        (attempts[1].Status, attempts[1].GetTagItem("actors.job.attempt"), attempts[1].GetTagItem("actors.job.outcome")).ShouldBe((ActivityStatusCode.Unset, 2, "succeeded"));
    }

    [Fact]
    public async Task A_job_that_code_takes_itself_has_a_span_until_it_has_ended_and_is_in_the_trace_of_whoever_enqueued()
    {
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system, isConsumed: false, handlers: []);
        await using var consumer = host.Jobs.OpenConsumer("default");
        ActivityTraceId request;
        using (new Traces())
        using (var activity = new Activity("request").Start())
        {
            request = activity.TraceId;
            await host.EnqueueAsync("untraced here");
            await host.EnqueueAsync("traced");
        }

        var untraced = await TakeAsync(system, consumer);
        untraced.Trace.TraceId.ShouldBe(request, "Nobody listens to attempts: that of whoever enqueued.");
        await system.WhenAsync(untraced.CompleteAsync());

        using var traces = new Traces();
        var job = await TakeAsync(system, consumer);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        traces.Named("process default").ShouldBeEmpty("It has not ended.");
        await system.WhenAsync(job.FailAsync("no paper"));
        for (var i = 0; i < 1_000 && traces.Named("process default").Count == 0; i++)
        {
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(1)); // That the end is durable may be known before the worker has left its span.
        }

        var span = traces.Named("process default").ShouldHaveSingleItem();
        (span.Kind, span.TraceId, span.GetTagItem("actors.job.outcome")).ShouldBe((ActivityKind.Consumer, request, "failed"));
        job.Trace.ShouldBe(span.Context);

        static async Task<PulledJob> TakeAsync(TestSystem system, JobConsumer consumer)
        {
            var taking = consumer.TakeAsync(TimeSpan.FromSeconds(1));
            await system.WhenAsync(taking);
            return (await taking).ShouldNotBeNull();
        }
    }

    [Theory, OnEachDispatcher]
    public async Task The_trace_of_whoever_enqueues_goes_on_in_each_attempt_also_after_a_restart(TestDispatcher dispatcher, int seed)
    {
        using var traces = new Traces();
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        JobId id;
        ActivityTraceId trace;
        using (var request = new Activity("request") { TraceStateString = "vendor=1" }.Start())
        {
            id = await host.EnqueueAsync();
            trace = request.TraceId;
        }

        var untraced = await host.EnqueueAsync();
        await Crashes.RestartTests.RestartAsync(host);
        await host.StartConsumingAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        await host.ReachAsync(untraced, JobState.Succeeded);
        var enqueue = traces.Named("enqueue default");
        var attempts = traces.Named("process default");
        var traced = attempts.Single(attempt => id.ToString().Equals(attempt.GetTagItem("messaging.message.id")));
        (traced.TraceId, traced.ParentSpanId, traced.TraceStateString, traced.HasRemoteParent).ShouldBe((trace, enqueue[0].SpanId, "vendor=1", true));
        var other = attempts.Single(attempt => attempt != traced);
        (other.TraceId, other.ParentSpanId).ShouldBe((enqueue[1].TraceId, enqueue[1].SpanId));
        other.TraceId.ShouldNotBe(trace);
    }

    [Fact]
    public async Task A_trace_goes_on_in_another_process()
    {
        using var traces = new Traces();
        var folder = Directory.CreateTempSubdirectory("actors-traces-").FullName;
        try
        {
            await using var owner = await Node.StartAsync(folder, isWorker: false);
            await using var worker = await Node.StartAsync(folder, isWorker: true);
            await using var web = await Node.StartAsync(folder, isWorker: false);
            using var request = new Activity("request").Start();
            foreach (var node in new[] { owner, web })
            {
                var id = await node.Jobs.EnqueueAsync(new SharedWork());
                await node.FinishAsync(id);
                var attempt = traces.Named("process default").Single(span => id.ToString().Equals(span.GetTagItem("messaging.message.id")));
                (attempt.TraceId, attempt.ParentSpanId).ShouldBe((request.TraceId, traces.Named("enqueue default")[^1].SpanId));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_a_handler_traces_is_within_the_span_of_its_attempt()
    {
        using var traces = new Traces();
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system);
        Activity? during = null;
        host.Script.Body = async (_, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
            during = Activity.Current;
        };
        await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded);
        during.ShouldBeSameAs(traces.Named("process default").ShouldHaveSingleItem());
        Activity.Current.ShouldBeNull();
    }

    [Fact]
    public async Task Many_jobs_are_one_span_with_their_number()
    {
        using var traces = new Traces();
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        await host.Jobs.EnqueueManyAsync([new Work(), new Work(), new Work()]);
        var span = traces.Named("enqueue default").ShouldHaveSingleItem();
        (span.GetTagItem("messaging.batch.message_count"), span.GetTagItem("messaging.message.id")).ShouldBe((3, null));
    }

    [Theory, OnEachDispatcher]
    public async Task Jobs_and_attempts_are_counted_and_timed(TestDispatcher dispatcher, int seed)
    {
        using var meters = new Meters();
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.Retry.MaxAttempts) = (1, 0, 2));
        host.Script.Body = async (context, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), system.Time, cancellationToken);
            _ = host.Bad == context.Id ? throw new InvalidOperationException("bad") : true;
        };
        host.Bad = JobId.Create(system.Time, new Random(seed));
        await host.EnqueueAsync("bad", o => o.Id(host.Bad));
        var good = await host.EnqueueAsync("good");
        await host.ReachAsync(good, JobState.Succeeded, TimeSpan.FromSeconds(60));
        await host.ReachAsync(host.Bad, JobState.Failed, TimeSpan.FromSeconds(60));

        meters.Sum("actors.jobs.enqueued", ("queue", "default"), ("type", "work")).ShouldBe(2);
        meters.Sum("actors.jobs.attempts.started", ("queue", "default"), ("type", "work")).ShouldBe(3);
        meters.Sum("actors.jobs.finished", ("state", "succeeded")).ShouldBe(1);
        meters.Sum("actors.jobs.finished", ("state", "failed")).ShouldBe(1);
        meters.Values("actors.jobs.attempt.duration", ("outcome", "failed")).Count.ShouldBe(2);
        meters.Values("actors.jobs.attempt.duration", ("outcome", "succeeded")).ShouldHaveSingleItem().ShouldBeInRange(2, 2.5);

        // The second waited for the first attempt of the other.
        meters.Values("actors.jobs.wait").Max().ShouldBeInRange(1.9, 3);
        meters.Values("actors.jobs.wait").Min().ShouldBeInRange(0, 0.5);
    }

    [Fact]
    public async Task The_depths_of_a_queue_are_observed_until_its_system_ends()
    {
        // By a name of its own: systems that other tests have dropped as if they had died are observed until they are collected.
        const string Name = "depths";
        using var meters = new Meters();
        await using (var system = ActorSystem.Create(Name))
        {
            var jobs = await JobSystem.StartAsync(system, new JobSystemOptions
            {
                Journal = new InMemoryJournal(),
                History = new InMemoryHistory(),
                Services = new ServiceCollection().AddSingleton(new Script(TimeProvider.System)).BuildServiceProvider(),
                Queues = [new QueueDefinition("default", new QueueOptions(), [typeof(WorkHandler)]), new QueueDefinition("second", new QueueOptions(), [typeof(SecondHandler)])],
            });
            await jobs.EnqueueManyAsync([new Work(), new Work(), new Work()]);
            await jobs.EnqueueAsync(new Work(), o => o.Delay(TimeSpan.FromHours(1)));
            Depth("default", "waiting").ShouldBe(3);
            Depth("default", "scheduled").ShouldBe(1);
            Depth("default", "running").ShouldBe(0);
            Depth("second", "waiting").ShouldBe(0);

            long Depth(string queue, string state)
            {
                meters.Observe();
                return meters.Sum("actors.queue.jobs", ("queue", queue), ("state", state), ("system", Name));
            }
        }

        meters.Observe();
        meters.Values("actors.queue.jobs", ("system", Name)).ShouldBeEmpty();
    }

    [Fact]
    public void Where_nobody_listens_nothing_is_made()
    {
        JobTelemetry.IsTracing.ShouldBeFalse();
        JobTelemetry.IsOfAttempts.ShouldBeFalse();
        Measure();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Measure();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        static void Measure()
        {
            for (var i = 0; i < 1000; i++)
            {
                JobMetrics.OnEnqueued("default", "work", 1);
                JobMetrics.OnFinished("default", "work", JobState.Succeeded);
                _ = JobTelemetry.IsTracing || JobTelemetry.IsOfAttempts;
            }
        }
    }

    private static Dictionary<string, object?> Tags(Activity activity) => activity.TagObjects.ToDictionary();

    private sealed class Traces : IDisposable
    {
        private readonly List<Activity> _ended = [];
        private readonly ActivityListener _listener;

        public Traces()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == "Actors.Jobs",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    lock (_ended)
                    {
                        _ended.Add(activity);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Activity> Named(string name)
        {
            lock (_ended)
            {
                return [.. _ended.Where(activity => activity.DisplayName == name)];
            }
        }

        public void Dispose() => _listener.Dispose();
    }

    private sealed class Meters : IDisposable
    {
        private readonly List<(string Name, double Value, Dictionary<string, object?> Tags)> _values = [];
        private readonly MeterListener _listener = new();

        public Meters()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Actors.Jobs")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        /// <summary>Reads the gauges; what they said before is forgotten.</summary>
        public void Observe()
        {
            lock (_values)
            {
                _values.RemoveAll(static value => value.Name == "actors.queue.jobs");
            }

            _listener.RecordObservableInstruments();
        }

        public IReadOnlyList<double> Values(string name, params (string Key, string Value)[] tags)
        {
            lock (_values)
            {
                return [.. _values.Where(v => v.Name == name && tags.All(tag => Equals(v.Tags.GetValueOrDefault(tag.Key), tag.Value))).Select(v => v.Value)];
            }
        }

        public long Sum(string name, params (string Key, string Value)[] tags) => (long)Values(name, tags).Sum();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var kept = new Dictionary<string, object?>();
            foreach (var (key, tag) in tags)
            {
                kept.Add(key, tag);
            }

            lock (_values)
            {
                _values.Add((instrument.Name, value, kept));
            }
        }
    }
}
