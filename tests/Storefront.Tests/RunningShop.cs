namespace Storefront.Tests;

/// <summary>One shop for tests that do not disturb each other.</summary>
public sealed class RunningShop : IAsyncLifetime
{
    private ShopProcess? _process;

    public ShopFolder Folder { get; } = new();

    public ShopClient Client => _process!.Client; // It is started before the tests are.

    public async ValueTask InitializeAsync() => _process = await ShopProcess.StartAsync(Folder);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Folder.Dispose();
    }
}
