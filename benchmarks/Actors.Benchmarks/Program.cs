using Actors.Benchmarks;

switch (args.FirstOrDefault())
{
    case "kernel":
        return await KernelBenchmarks.RunAsync(args);
    case "jobs":
        await JobBenchmarks.RunAsync(new Options(args));
        return 0;
    case "schedules":
        await ScheduleBenchmarks.RunAsync(new Options(args));
        return 0;
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
              jobs      jobs per second through a durable queue
                        --store sqlite|memory  --history all|none  --jobs 300000  --producers 64  --workers 64  --prefetch 1000
            """);
        return 2;
}
