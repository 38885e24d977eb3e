namespace Actors.Hocon.Tests;

public class DidYouMeanTests
{
    [Theory]
    [InlineData("", "", 0), InlineData("a", "", 1), InlineData("kitten", "sitting", 3), InlineData("prot", "port", 1)]
    [InlineData("max-restarts", "max-restart", 1), InlineData("abc", "acb", 1), InlineData("abc", "xyz", 3)]
    public void The_distance_counts_slips(string left, string right, int slips)
    {
        DidYouMean.Distance(left, right).ShouldBe(slips);
        DidYouMean.Distance(right, left).ShouldBe(slips);
    }

    [Theory]
    [InlineData("prot", "port"), InlineData("PORT", "port"), InlineData("hots", "host"), InlineData("max-restarts", "max-restart")]
    public void The_nearest_word_is_found(string word, string nearest) =>
        DidYouMean.Nearest(word, ["host", "port", "max-restart", "restart-window"]).ShouldBe(nearest);

    [Theory]
    [InlineData("xyz"), InlineData("window"), InlineData("")]
    public void A_word_that_is_far_from_all_has_no_suggestion(string word) =>
        DidYouMean.Suggest(word, ["host", "port", "max-restart"]).ShouldBeNull();
}
