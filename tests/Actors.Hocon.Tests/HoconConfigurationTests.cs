using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Actors.Hocon.Tests;

public class HoconConfigurationTests
{
    private static IConfigurationRoot Build(string text) =>
        new ConfigurationBuilder().AddHoconString(text, "shop.conf", Snippet.Closed).Build();

    [Fact]
    public void Paths_become_keys_and_lists_become_indices()
    {
        var configuration = Build("actors.services.stop-timeout = 5 s, hosts = [a, { port = 1e3 }], flag = yes");
        configuration.AsEnumerable().Where(static pair => pair.Value is not null).OrderBy(static pair => pair.Key, StringComparer.Ordinal).ShouldBe(
        [
            KeyValuePair.Create("actors:services:stop-timeout", (string?)"5 s"),
            KeyValuePair.Create("flag", (string?)"yes"),
            KeyValuePair.Create("hosts:0", (string?)"a"),
            KeyValuePair.Create("hosts:1:port", (string?)"1e3"),
        ]);
    }

    [Fact]
    public void Null_and_empty_values_are_as_with_json()
    {
        var data = Build("n = null, o = {}, l = []").AsEnumerable().ToDictionary(static p => p.Key, static p => p.Value);
        data.ShouldBe(new Dictionary<string, string?> { ["n"] = null, ["o"] = null, ["l"] = "" }, ignoreOrder: true);
    }

    [Fact]
    public void A_later_source_overrides()
    {
        var configuration = new ConfigurationBuilder().AddHoconString("a { b = 1, c = 2 }")
            .AddInMemoryCollection([KeyValuePair.Create("a:b", (string?)"9")]).Build();
        (configuration["a:b"], configuration["a:c"]).ShouldBe(("9", "2"));
        configuration.FindHocon("a:b").ShouldBeNull();
        configuration.FindHocon("A:C").ShouldNotBeNull().Origin.Column.ShouldBe(16);
    }

    [Fact]
    public void Keys_that_differ_only_by_case_are_an_error()
    {
        var error = Should.Throw<HoconException>(() => Build("a { Port = 1\n port = 2 }")).Errors.ShouldHaveSingleItem();
        (error.Line, error.Column).ShouldBe((2, 2));
    }

    [Fact]
    public void A_file_with_errors_fails_the_start_with_its_carets()
    {
        var files = new ChangingFiles("a = @");
        var exception = Should.Throw<HoconException>(() => new ConfigurationBuilder().AddHoconFile(files, "x.conf", false, false).Build());
        exception.Message.ShouldContain("x.conf:1:5");
    }

    [Fact]
    public void A_missing_file_fails_unless_it_is_optional()
    {
        Should.Throw<FileNotFoundException>(() => new ConfigurationBuilder().AddHoconFile("no-such.conf").Build());
        new ConfigurationBuilder().AddHoconFile("no-such.conf", optional: true).Build().AsEnumerable().ShouldBeEmpty();
    }

    [Fact]
    public void A_changed_file_is_loaded_again()
    {
        var files = new ChangingFiles("a = 1");
        var configuration = new ConfigurationBuilder().AddHoconFile(Watching(files)).Build();
        files.Change("a = 2");
        configuration["a"].ShouldBe("2");
    }

    [Fact]
    public void A_bad_reload_keeps_every_old_value_and_reports_the_error()
    {
        var files = new ChangingFiles("a = 1, b = 2");
        var reported = new List<Exception>();
        var configuration = new ConfigurationBuilder().AddHoconFile(source =>
        {
            Watching(files)(source);
            source.OnLoadException = context => reported.Add(context.Exception);
        }).Build();
        var provider = configuration.Providers.OfType<HoconFileConfigurationProvider>().Single();

        files.Change("a = 3, b = @");

        (configuration["a"], configuration["b"]).ShouldBe(("1", "2"));
        reported.ShouldHaveSingleItem().ShouldBeOfType<HoconException>().Errors[0].Column.ShouldBe(12);
        provider.LastError.ShouldBeSameAs(reported[0]);

        files.Change("a = 4");
        (configuration["a"], configuration["b"]).ShouldBe(("4", null));
        provider.LastError.ShouldBeNull();
    }

    [Fact]
    public void A_file_of_a_provider_includes_from_that_provider()
    {
        var files = new ChangingFiles("include \"sub/part\"", ("sub/part.conf", "include \"../other.conf\"\np = 1"), ("other.conf", "o = 2"));
        var configuration = new ConfigurationBuilder().AddHoconFile(files, "x.conf", false, false).Build();
        (configuration["p"], configuration["o"]).ShouldBe(("1", "2"));
    }

    [Fact]
    public void A_file_on_disk_names_its_origin()
    {
        var folder = Directory.CreateTempSubdirectory("hocon").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "shop.conf"), "include \"part.conf\"\na.b = 1");
            File.WriteAllText(Path.Combine(folder, "part.conf"), "a.c = 2");
            var configuration = new ConfigurationBuilder().SetBasePath(folder).AddHoconFile("shop.conf").Build();
            configuration.FindHocon("a:b").ShouldNotBeNull().Origin.ToString().ShouldBe("shop.conf:2:7");
            configuration.FindHocon("a:c").ShouldNotBeNull().Origin.ToString().ShouldBe("part.conf:1:7");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Action<HoconFileConfigurationSource> Watching(ChangingFiles files) => source =>
    {
        source.FileProvider = files;
        source.Path = "x.conf";
        source.ReloadOnChange = true;
        source.ReloadDelay = 0;
    };

    /// <summary>A file whose text a test can change, with others beside it.</summary>
    private sealed class ChangingFiles(string text, params (string Path, string Text)[] others) : IFileProvider
    {
        private readonly Dictionary<string, string> _others = others.ToDictionary(static f => f.Path, static f => f.Text);
        private string _text = text;
        private CancellationTokenSource _changed = new();

        public void Change(string text)
        {
            _text = text;
            var changed = _changed;
            _changed = new CancellationTokenSource();
            changed.Cancel();
        }

        public IFileInfo GetFileInfo(string subpath) =>
            subpath == "x.conf" ? new TextFile(subpath, _text)
            : _others.TryGetValue(subpath, out var other) ? new TextFile(subpath, other)
            : new NotFoundFileInfo(subpath);

        public IDirectoryContents GetDirectoryContents(string subpath) => NotFoundDirectoryContents.Singleton;

        public IChangeToken Watch(string filter) => new CancellationChangeToken(_changed.Token);
    }

    private sealed class TextFile(string name, string text) : IFileInfo
    {
        public bool Exists => true;

        public long Length => text.Length;

        public string? PhysicalPath => null;

        public string Name => name;

        public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;

        public bool IsDirectory => false;

        public Stream CreateReadStream() => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
    }
}
