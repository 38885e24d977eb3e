namespace Actors.Hocon.Tests.Resolution;

public class EnvironmentTests
{
    private static string Json(string text, params (string Name, string Value)[] variables) =>
        HoconDocument.Parse(text, null, Snippet.WithEnvironment(variables)).Value.ToString();

    [Fact]
    public void An_unset_path_falls_back_to_the_environment_as_a_string() =>
        Json("port = ${PORT}", ("PORT", "80")).ShouldBe("{\"port\":\"80\"}");

    [Fact]
    public void A_string_of_the_environment_converts_when_asked_for_another_type() =>
        HoconDocument.Parse("port = ${PORT}", null, Snippet.WithEnvironment(("PORT", "80"))).Root.GetInt32("port").ShouldBe(80);

    [Fact]
    public void A_set_path_hides_the_environment() => Json("PORT = 1, port = ${PORT}", ("PORT", "80")).ShouldBe("{\"PORT\":1,\"port\":1}");

    [Fact]
    public void A_null_blocks_the_environment() => Json("HOME = null, h = ${HOME}", ("HOME", "/root")).ShouldBe("{\"HOME\":null,\"h\":null}");

    [Fact]
    public void An_empty_variable_is_an_empty_string() => Json("a = ${?E}", ("E", "")).ShouldBe("{\"a\":\"\"}");

    [Fact]
    public void An_optional_variable_that_is_unset_keeps_the_earlier_value() => Json("a = 1, a = ${?NOPE}").ShouldBe("{\"a\":1}");

    [Fact]
    public void Elements_of_a_list_may_come_from_the_environment() =>
        Json("a = [${?A}, ${?B}, ${?C}]", ("A", "1"), ("C", "3")).ShouldBe("{\"a\":[\"1\",\"3\"]}");

    [Fact]
    public void Brackets_read_a_numbered_list_up_to_the_first_gap() =>
        Json("a = ${L[]}", ("L_0", "x"), ("L_1", "y"), ("L_3", "z")).ShouldBe("{\"a\":[\"x\",\"y\"]}");

    [Fact]
    public void An_optional_list_that_is_unset_is_undefined() => Json("a = [1] ${?L[]}, b = ${?L[]}").ShouldBe("{\"a\":[1]}");

    [Fact]
    public void A_required_list_that_is_unset_is_an_error() => Snippet.Fail("a = ${L[]}").Errors[0].Message.ShouldContain("'L'");

    [Fact]
    public void The_value_knows_that_it_came_from_the_environment()
    {
        var value = HoconDocument.Parse("a = ${PORT}", "x.conf", Snippet.WithEnvironment(("PORT", "80"))).Root["a"];
        value.Origin.ToString().ShouldBe("x.conf:1:5");
        value.ResolvedFrom.ToString().ShouldBe("environment variable 'PORT'");
    }

    [Fact]
    public void The_process_environment_is_the_default() =>
        HoconDocument.Parse("a = ${PATH}").Root.GetString("a").ShouldBe(Environment.GetEnvironmentVariable("PATH"));
}
