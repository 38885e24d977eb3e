namespace Actors.Cli.Tests.Running;

/// <summary>A file that is changed while its programs run.</summary>
public sealed class UpdateTests : IAsyncDisposable
{
    private readonly Crew _crew = new();

    [Fact]
    public async Task Reread_says_what_update_then_does()
    {
        await _crew.UpAsync(
            """
            actors {
              processes {
                same { command = "sleep 1000" }
                gone { command = "sleep 1000" }
                other { command = "sleep 1000", stop-timeout = 3 s }
                worker { command = "sleep 1000", instances = 2 }
                patient { command = "sleep 1000", restart.max-restarts = 3 }
              }
            }
            """);
        await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status");
        (await _crew.RunAsync("reread")).Output.ShouldBe("The settings of the services are as they were: nothing would change.");
        var before = await Since("same", "worker-1", "other", "patient");
        _crew.Write(
            """
            actors {
              ask-timeout = 7 s
              processes {
                same { command = "sleep 1000" }
                other { command = "sleep 2000", stop-timeout = 2 s }
                worker { command = "sleep 1000", instances = 3 }
                patient { command = "sleep 1000", restart.max-restarts = 5 }
                new { command = "sleep 1000" }
              }
            }
            """);

        var reread = await _crew.RunAsync("reread");
        reread.ExitCode.ShouldBe(0);
        reread.Output.ReplaceLineEndings("\n").ShouldBe(
            """
            The settings as they are written now would:
              add       new
              add       worker-3
              remove    gone
              restart   other (command, stop-timeout)
              change    patient (restart.max-restarts), without a restart
            Only at the next start of the program: actors.ask-timeout
            To do it: actors update
            """.ReplaceLineEndings("\n"));
        var names = await NamesAsync();
        names.ShouldBe(["gone", "other", "patient", "same", "worker-1", "worker-2"]);

        var update = await _crew.RunAsync("update");
        update.ExitCode.ShouldBe(0);
        update.Output.ShouldStartWith("Taken up from the settings:\n  added     new\n");
        (await NamesAsync()).ShouldBe(["same", "worker-1", "worker-2", "patient", "other", "worker-3", "new"], ignoreOrder: true);
        var after = await Since("same", "worker-1", "other", "patient");
        (after[0], after[1], after[3]).ShouldBe((before[0], before[1], before[3]), "They go on undisturbed.");
        after[2].ShouldNotBe(before[2]);
        (await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status")).Output.ShouldContain("7 services: 7 ready");

        (await _crew.RunAsync("reread")).Output.ShouldStartWith("The settings of the services are as they were: nothing would change.");
        (await _crew.RunAsync("update", "--json")).Json.GetProperty("changes").GetProperty("added").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task What_others_depend_on_is_replaced_under_them_and_goes_after_them()
    {
        await _crew.UpAsync(
            """
            actors.processes {
              db { command = "sleep 1000" }
              web { command = "sleep 1000", depends-on = [db] }
              old-db { command = "sleep 1000" }
              old-web { command = "sleep 1000", depends-on = [old-db] }
            }
            """);
        await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status");
        var before = await Since("db", "web");
        _crew.Write(
            """
            actors.processes {
              db { command = "sleep 2000" }
              web { command = "sleep 1000", depends-on = [db] }
              api { command = "sleep 1000", depends-on = [new-db] }
              new-db { command = "sleep 1000" }
            }
            """);

        var update = await _crew.RunAsync("update");
        update.ExitCode.ShouldBe(0, update.Output + update.Errors);
        (await NamesAsync()).ShouldBe(["api", "db", "new-db", "web"], ignoreOrder: true);
        await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status");
        var after = await Since("db", "web");
        after[0].ShouldNotBe(before[0]);
        after[1].ShouldBe(before[1], "Who depends on what is replaced goes on.");
        (await _crew.RunAsync("update")).Output.ShouldStartWith("The settings of the services are as they were");
    }

    [Fact]
    public async Task A_file_with_a_fault_changes_nothing()
    {
        await _crew.UpAsync("""actors.processes.loop.command = "sleep 1000" """);
        await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "status");

        foreach (var faulty in new[] { "actors.processes.loop { command = \"sleep 1\", comand = x }", "actors.processes [", "actors.processes.loop.command = \"\"" })
        {
            _crew.Write(faulty);
            var update = await _crew.RunAsync("update");
            update.ExitCode.ShouldBe(8, update.Output);
            update.Errors.ShouldStartWith("The settings cannot be used; nothing was changed.\n");
            update.Errors.ShouldContain("crew.conf:1:");
            (await _crew.RunAsync("reread")).ExitCode.ShouldBe(8);
        }

        File.Delete(Path.Combine(_crew.Folder, "crew.conf"));
        (await _crew.RunAsync("update")).ExitCode.ShouldBe(8);
        (await _crew.RunAsync("status")).ExitCode.ShouldBe(0);
    }

    public ValueTask DisposeAsync() => _crew.DisposeAsync();

    private async Task<string[]> NamesAsync() =>
        [.. (await _crew.RunAsync("status", "--json")).Json.GetProperty("services").EnumerateArray().Select(service => service.GetProperty("name").GetString()!)]; // Each has one.

    private async Task<string[]> Since(params string[] services)
    {
        var all = (await _crew.RunAsync("status", "--json")).Json.GetProperty("services").EnumerateArray()
            .ToDictionary(service => service.GetProperty("name").GetString()!, service => service.GetProperty("since").GetString()!); // Each has both.
        return [.. services.Select(service => all[service])];
    }
}
