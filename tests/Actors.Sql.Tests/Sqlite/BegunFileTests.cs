using Actors.Jobs;
using Actors.Sql.Sqlite;

namespace Actors.Sql.Tests.Sqlite;

public sealed class BegunFileTests : IDisposable
{
    private static readonly Guid Boot = Guid.NewGuid();

    private readonly string _folder = Directory.CreateTempSubdirectory("actors-begun-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "shop.db.emails.begun");

    [Fact]
    public void What_had_begun_and_not_ended_is_what_the_next_process_finds()
    {
        var table = Open();
        table.Forget();
        table.Begin(0, 1, 1);
        table.Begin(1, 2, 1);
        table.Begin(2, 3_000_000_000, 65_535);
        table.End(1, 2, 1);
        Open().Left.ShouldNotBeNull().ShouldBe([new BegunAttempt(1, 1), new BegunAttempt(3_000_000_000, 65_535)], ignoreOrder: true);
    }

    [Fact]
    public void What_was_left_stays_until_it_is_forgotten()
    {
        var table = Open();
        table.Forget();
        table.Begin(0, 1, 1);
        Open();
        var next = Open();
        next.Left.ShouldNotBeNull().ShouldHaveSingleItem();
        next.Forget();
        next.Left.ShouldNotBeNull().ShouldBeEmpty();
        Open().Left.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public void A_late_end_does_not_touch_who_has_the_slot_by_then()
    {
        var table = Open();
        table.Forget();
        table.Begin(0, 1, 1);
        table.Begin(0, 2, 1);
        table.End(0, 1, 1);
        Open().Left.ShouldNotBeNull().ShouldBe([new BegunAttempt(2, 1)]);
    }

    [Fact]
    public void A_process_that_was_told_to_stop_leaves_nobody_to_be_suspected()
    {
        var table = Open();
        table.Forget();
        table.Begin(0, 1, 1);
        table.IsStopping = true;
        Open().Left.ShouldNotBeNull().ShouldBeEmpty();
        table.IsStopping = false;
        Open().Left.ShouldNotBeNull().ShouldHaveSingleItem();
    }

    [Fact]
    public void Without_a_file_and_after_another_boot_nothing_is_known()
    {
        Open().Left.ShouldBeNull();
        var table = Open();
        table.Forget();
        table.Begin(0, 1, 1);
        new BegunFile(Path, 4, Guid.NewGuid()).Left.ShouldBeNull();
        new BegunFile(Path, 4, null).Left.ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(63)]
    public void A_file_that_was_cut_is_not_believed(int length)
    {
        Open().Forget();
        File.WriteAllBytes(Path, File.ReadAllBytes(Path)[..length]);
        Open().Left.ShouldBeNull();
    }

    [Fact]
    public void A_file_of_something_else_is_not_believed()
    {
        File.WriteAllText(Path, new string('x', 500));
        Open().Left.ShouldBeNull();
    }

    [Fact]
    public void Another_number_of_slots_is_no_obstacle()
    {
        var many = new BegunFile(Path, 1000, Boot);
        many.Forget();
        many.Begin(999, 7, 1);
        var few = new BegunFile(Path, 1, Boot);
        few.Left.ShouldNotBeNull().ShouldBe([new BegunAttempt(7, 1)]);
        few.Forget();
        few.Begin(0, 8, 1);
        new BegunFile(Path, 1000, Boot).Left.ShouldNotBeNull().ShouldBe([new BegunAttempt(8, 1)]);
    }

    [Fact]
    public void Before_the_past_is_forgotten_and_where_no_file_can_be_written_nothing_is_noted()
    {
        var table = Open();
        table.Begin(0, 1, 1);
        table.End(0, 1, 1);
        File.Exists(Path).ShouldBeFalse();
        var nowhere = new BegunFile(System.IO.Path.Combine(_folder, "no", "such", "folder"), 4, Boot);
        nowhere.Left.ShouldBeNull();
        nowhere.Forget();
        nowhere.Begin(0, 1, 1);
        nowhere.End(0, 1, 1);
        nowhere.IsStopping = true;
        nowhere.Left.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public void The_file_is_given_back_when_nobody_can_note_anything_any_more()
    {
        for (var i = 0; i < 100; i++)
        {
            Open().Forget();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (OperatingSystem.IsLinux())
        {
            File.ReadLines("/proc/self/maps").Count(line => line.Contains(_folder, StringComparison.Ordinal)).ShouldBeLessThan(10);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private BegunFile Open() => new(Path, 4, Boot);
}
