using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Adopting;

/// <summary>Services that were written for the host, unchanged, under supervision.</summary>
public sealed class AdoptingTests
{
    private readonly Notes _notes = new();

    [Fact]
    public async Task A_background_service_that_throws_is_restarted_with_a_new_instance_and_the_host_lives()
    {
        using var host = Create(actors => actors.AddSupervised<Crasher>("crasher", Quickly));
        await host.StartAsync();

        await TestHost.UntilAsync(() => Task.FromResult(_notes.Count("crasher runs") >= 3), "it has run three times");
        (await host.Services.GetRequiredService<IServices>().GetStatusAsync("crasher")).LastIncident!.Message.ShouldBe("no connection");
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
        await host.StopAsync();

        _notes.Count("crasher made").ShouldBe(_notes.Count("crasher disposed"));
        _notes.Count("crasher made").ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task A_registration_for_the_host_is_taken_over_so_that_it_runs_once()
    {
        using var host = Create(
            actors => actors.AddSupervised<Patient>("patient"), services => services.AddHostedService<Patient>());
        await host.StartAsync();
        await TestHost.UntilAsync(() => Task.FromResult(_notes.Count("patient runs") == 1), "it runs"); // The host's own class lets it begin on another thread.
        await host.StopAsync();

        _notes.All.ShouldBe(["patient made", "patient runs", "patient cancelled", "patient disposed"]);
    }

    [Fact]
    public async Task All_that_are_registered_are_adopted()
    {
        using var host = Create(
            actors => actors.AdoptHostedServices(),
            services => services.AddHostedService<Patient>().AddHostedService<Opener>().AddHostedService(_ => new Crasher(_notes)));
        await host.StartAsync();
        (await host.Services.GetRequiredService<IServices>().GetServicesAsync()).Select(service => service.Name)
            .ShouldBe(["patient", "opener", "crasher"], ignoreOrder: true);
        await ReachAsync(host, "opener", ServiceState.Running);
        await host.StopAsync();

        _notes.All.Where(note => note.StartsWith("opener", StringComparison.Ordinal)).ShouldBe(["opener opens", "opener closes"]);
    }

    [Fact]
    public void What_the_framework_runs_for_itself_is_left_alone()
    {
        Hosting.Adopting.HostedRegistration.Of(new ServiceDescriptor(typeof(IHostedService), typeof(BackgroundService), ServiceLifetime.Singleton)).ShouldBeNull();
        Hosting.Adopting.HostedRegistration.IsOfFramework(typeof(BackgroundService)).ShouldBeTrue();
        Hosting.Adopting.HostedRegistration.IsOfFramework(typeof(Patient)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_singleton_that_others_use_too_is_not_made_anew_nor_disposed_of_by_a_restart()
    {
        using var host = Create(
            actors => actors.AddSupervised<Patient>("patient"),
            services => services.AddSingleton<Patient>().AddHostedService(provider => provider.GetRequiredService<Patient>()));
        await host.StartAsync();
        await TestHost.UntilAsync(() => Task.FromResult(_notes.Count("patient runs") == 1), "it runs");
        await host.Services.GetRequiredService<IServices>().RestartAsync("patient");

        _notes.Count("patient made").ShouldBe(1);
        _notes.Count("patient disposed").ShouldBe(0);
        await TestHost.UntilAsync(() => Task.FromResult(_notes.Count("patient runs") == 2), "it runs again");
        await host.StopAsync();
    }

    [Fact]
    public async Task One_that_is_registered_again_afterwards_is_a_fault_because_it_would_run_twice()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(_notes);
        builder.Services.AddActors("test", actors => actors.AddSupervised<Patient>("patient"));
        builder.Services.AddHostedService<Patient>();
        using var host = builder.Build();

        (await Should.ThrowAsync<ActorsConfigurationException>(() => host.StartAsync())).Message
            .ShouldBe("Hosted service Patient is supervised as 'patient' and was registered again after AddActors, so that it would run twice. Remove that registration.");
    }

    [Fact]
    public async Task A_hosted_service_whose_start_throws_has_failed_and_is_tried_again()
    {
        using var host = Create(actors => actors.AddSupervised<Reluctant>("reluctant", Quickly));
        await host.StartAsync();

        // Running is what its code does, and its start is a part of that.
        await TestHost.UntilAsync(() => Task.FromResult(_notes.All.Count == 2), "it has been started twice");

        _notes.All.ShouldBe(["reluctant starts", "reluctant starts"]);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_background_service_that_ignores_its_token_is_abandoned_at_its_limit()
    {
        using var host = Create(actors => actors.AddSupervised<Deaf>("deaf", options => options.StopTimeout = TimeSpan.Zero));
        await host.StartAsync();
        await ReachAsync(host, "deaf", ServiceState.Running);
        var services = host.Services.GetRequiredService<IServices>();

        var stopped = (await services.StopAsync("deaf"))[0];

        stopped.State.ShouldBe(ServiceState.Stopped);
        await host.StopAsync();
    }

    [Theory]
    [InlineData(typeof(Crasher), "crasher")]
    [InlineData(typeof(TCPListenerService), "tcp-listener-service")]
    [InlineData(typeof(Pump<int>), "pump")]
    public void The_name_is_that_of_the_class(Type type, string name) => Hosting.Adopting.HostedRegistration.NameOf(type).ShouldBe(name);

    private static void Quickly(ServiceOptions options) =>
        options.Restart(restart => restart.Backoff = new BackoffOptions { Min = TimeSpan.FromMilliseconds(10), Max = TimeSpan.FromMilliseconds(10) });

    private static Task ReachAsync(IHost host, string service, ServiceState state) => TestHost.UntilAsync(
        async () => (await host.Services.GetRequiredService<IServices>().GetStatusAsync(service)).State == state, $"{service} is {state}");

    private IHost Create(Action<ActorsBuilder> actors, Action<IServiceCollection>? services = null) => TestHost.Create(
        actors,
        services: collection =>
        {
            collection.AddSingleton(_notes);
            services?.Invoke(collection);
        });

    internal sealed class Notes
    {
        private readonly List<string> _notes = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_notes)
                {
                    return [.. _notes];
                }
            }
        }

        public int Count(string what) => All.Count(note => note == what);

        public void Add(string what)
        {
            lock (_notes)
            {
                _notes.Add(what);
            }
        }
    }

    internal sealed class Crasher : BackgroundService
    {
        private readonly Notes _notes;

        public Crasher(Notes notes)
        {
            _notes = notes;
            notes.Add("crasher made");
        }

        public override void Dispose()
        {
            _notes.Add("crasher disposed");
            base.Dispose();
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            _notes.Add("crasher runs");
            await Task.Yield();
            throw new InvalidOperationException("no connection");
        }
    }

    internal sealed class Patient : BackgroundService
    {
        private readonly Notes _notes;

        public Patient(Notes notes)
        {
            _notes = notes;
            notes.Add("patient made");
        }

        public override void Dispose()
        {
            _notes.Add("patient disposed");
            base.Dispose();
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            _notes.Add("patient runs");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                _notes.Add("patient cancelled");
                throw;
            }
        }
    }

    internal sealed class Opener(Notes notes) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            notes.Add("opener opens");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            notes.Add("opener closes");
            return Task.CompletedTask;
        }
    }

    internal sealed class Reluctant(Notes notes) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            notes.Add("reluctant starts");
            return notes.Count("reluctant starts") == 1 ? throw new IOException("not yet") : Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    internal sealed class Deaf : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => new TaskCompletionSource().Task;
    }

    private sealed class TCPListenerService;

    private sealed class Pump<T>;
}
