using Actors.Benchmarks;
using Actors.Benchmarks.Jobs;

switch (args.FirstOrDefault())
{
    case "kernel":
        return await KernelBenchmarks.RunAsync(args);
    case "jobs":
        await JobBenchmarks.EndToEndAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "drain":
        await JobBenchmarks.DrainAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "limits":
        await LimitsBenchmark.RunAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "latency":
        await JobBenchmarks.LatencyAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "fan-out":
        await FanOutBenchmark.RunAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "backlog":
        await BacklogBenchmark.RunAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "search":
        await SearchBenchmark.RunAsync(JobOptions.Parse(new Options(args)));
        return 0;
    case "schedules":
        await ScheduleBenchmarks.RunAsync(new Options(args));
        return 0;
    case "services":
        return await ServiceBenchmarks.RunAsync(new Options(args));
    case "hocon":
        HoconBenchmarks.Run();
        return 0;
    default:
        Console.Error.WriteLine(
            """
            usage: dotnet run -c Release --project benchmarks/Actors.Benchmarks -- MEASUREMENT [options]

              kernel    actors: tell, ask, create, restart, timers; 'kernel --help' lists the figures
              hocon     megabytes of HOCON per second
              schedules how long a moment takes to find, and how late schedules are
                        --idle 100000  --each-second 10000  --at-once 10000  --busy 2000  --seconds 10
              services  100,000 services: start, memory, status, stop; and timers beside services that block their threads
                        --services 100000
              jobs      jobs per second through a durable queue, each producer awaiting each job
              drain     bulk enqueue, and the drain of a filled queue
              limits    that drain beside one with limits, uniqueness and ten thousand keys
              latency   from enqueue to start, one job at a time
              fan-out   a job that enqueues a hundred thousand others, and how late jobs start meanwhile
              backlog   ten million jobs: memory, disk, recovery, and the rate beside that of ten thousand
              search    a page of a search over a million live jobs, by what is searched for, and how late jobs start meanwhile
                        --store sqlite|memory  --history all|failed  --jobs 300000  --producers 64  --workers 64  --prefetch 1000
                        without --history jobs, drain, latency and fan-out measure both, each on a store of its own; the others keep succeeded jobs
                        drain: --queues 1, so many queues on one store, each with as many workers
            """);
        return 2;
}
