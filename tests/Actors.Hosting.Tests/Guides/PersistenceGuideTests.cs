using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Guides;

/// <summary>The example of docs/persistence.md is the code that is tested here.</summary>
public sealed partial class PersistenceGuideTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cart-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_example_is_the_code_that_is_tested()
    {
        var guide = File.ReadAllText(Path.Combine(Here(), "../../../docs/persistence.md"));
        var code = File.ReadAllText(Path.Combine(Here(), "Cart.cs"));
        CSharp().Match(guide).Groups[1].Value.Trim().ShouldBe(code[(code.IndexOf("them.\n", StringComparison.Ordinal) + 6)..].Trim());
    }

    [Fact]
    public async Task A_cart_survives_the_end_of_the_host()
    {
        using (var host = Start())
        {
            await host.StartAsync();
            var cart = host.Services.GetRequiredService<IRequiredActor<Cart>>().ActorRef;
            (await cart.AskAsync(new CheckOut("Nowhere 1"))).ShouldBe(new CartReply(false, "It is empty."));
            (await cart.AskAsync(new AddItem("P-0001", 2))).IsAccepted.ShouldBeTrue();
            (await cart.AskAsync(new AddItem("P-0001", 1))).IsAccepted.ShouldBeTrue();
            (await cart.AskAsync(new CheckOut("High Street 7"))).IsAccepted.ShouldBeTrue();
            await host.StopAsync();
        }

        using (var host = Start())
        {
            await host.StartAsync();
            var cart = host.Services.GetRequiredService<IRequiredActor<Cart>>().ActorRef;
            var state = await cart.AskAsync(new GetCart());
            state.Items.ShouldBe(new Dictionary<string, int> { ["P-0001"] = 3 });
            state.Address.ShouldBe("High Street 7");
            (await cart.AskAsync(new AddItem("P-0002", 1))).ShouldBe(new CartReply(false, "It is checked out."));
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task A_large_cart_comes_back_from_its_snapshot()
    {
        using (var host = Start())
        {
            await host.StartAsync();
            var cart = host.Services.GetRequiredService<IRequiredActor<Cart>>().ActorRef;
            for (var i = 0; i < 250; i++)
            {
                (await cart.AskAsync(new AddItem($"P-{i % 10}", 1))).IsAccepted.ShouldBeTrue();
            }

            await host.StopAsync();
        }

        using (var host = Start())
        {
            await host.StartAsync();
            var cart = host.Services.GetRequiredService<IRequiredActor<Cart>>().ActorRef;
            (await cart.AskAsync(new GetCart())).Items.ShouldBe(Enumerable.Range(0, 10).ToDictionary(i => $"P-{i}", _ => 25), ignoreOrder: true);
            await host.StopAsync();
        }
    }

    private IHost Start() => TestHost.Create(actors => actors.UseSqlite("Data Source=shop.db").AddActor<Cart>("cart"), contentRoot: _folder);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // A file has a folder.

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
