using System.Text;

namespace Actors.Hocon.Tests;

public sealed class HoconDocumentTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hocon").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? _folder);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Files_on_disk_include_their_neighbours()
    {
        var main = Write("main.conf", "include \"sub/part\"\nx = 1");
        var part = Write("sub/part.conf", "include \"other.json\"\ny = 2");
        var other = Write("sub/other.json", "{ \"z\" : 3 }");
        var document = HoconDocument.Load(main);
        document.Value.ToString().ShouldBe("{\"z\":3,\"y\":2,\"x\":1}");
        document.Files.ShouldBe([main, part, other]);
    }

    [Fact]
    public void A_byte_order_mark_is_ignored() =>
        HoconDocument.Load(Write("bom.conf", [0xEF, 0xBB, 0xBF, .. "a = é"u8])).Root.GetString("a").ShouldBe("é");

    [Fact]
    public void A_missing_file_is_an_error_that_names_it() =>
        Should.Throw<HoconException>(() => HoconDocument.Load(Path.Combine(_folder, "no.conf"))).Message.ShouldContain("no.conf");

    [Fact]
    public void A_folder_is_an_error() => Should.Throw<HoconException>(() => HoconDocument.Load(_folder));

    [Fact]
    public void Bytes_that_are_not_utf8_are_an_error_with_their_line()
    {
        var path = Write("latin1.conf", [.. "a = 1\nb = caf"u8, 0xE9, (byte)'\n']);
        Should.Throw<HoconException>(() => HoconDocument.Load(path)).Message.ShouldContain("byte 0xE9 at offset 13, line 2");
        var main = Write("main.conf", "include \"latin1.conf\"");
        Should.Throw<HoconException>(() => HoconDocument.Load(main)).Errors[0].Column.ShouldBe(9);
    }

    [Fact]
    public void A_file_that_includes_itself_by_another_name_is_found_out()
    {
        var main = Write("main.conf", "include \"../" + Path.GetFileName(_folder) + "/./main.conf\"");
        Should.Throw<HoconException>(() => HoconDocument.Load(main)).Message.ShouldContain("in a circle");
    }

    [Fact]
    public void An_absolute_name_stays_absolute()
    {
        var part = Write("sub/part.conf", "y = 2");
        HoconDocument.Parse($"include \"{part.Replace('\\', '/')}\"").Value.ToString().ShouldBe("{\"y\":2}");
    }

    [Fact]
    public void Only_the_first_text_may_decide_that_the_root_is_a_list() =>
        Should.Throw<HoconException>(() => HoconDocument.Parse([new HoconText("a = 1"), new HoconText("[1]", "b.conf")]))
            .Errors[0].File.ShouldBe("b.conf");
}
