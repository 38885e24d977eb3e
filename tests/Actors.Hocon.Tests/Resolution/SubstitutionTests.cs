namespace Actors.Hocon.Tests.Resolution;

public class SubstitutionTests
{
    public static TheoryData<string, string> Snippets => new()
    {
        // plain
        { "a = ${b}, b = 1", "{\"a\":1,\"b\":1}" },
        { "a = ${b.c}, b { c = [1] }", "{\"a\":[1],\"b\":{\"c\":[1]}}" },
        { "a = ${ b }, b = x", "{\"a\":\"x\",\"b\":\"x\"}" },
        { "a = ${\"b.c\"}, \"b.c\" = x", "{\"a\":\"x\",\"b.c\":\"x\"}" },
        { "a = ${\"b\"\"c\"}, bc = x", "{\"a\":\"x\",\"bc\":\"x\"}" },
        { "a = ${x  \"y\"  z}, \"x  y  z\" = 1", "{\"a\":1,\"x  y  z\":1}" },
        { "a = ${true}, true = 1", "{\"a\":1,\"true\":1}" },
        { "a = ${b}, b = ${c}, c = ${d}, d = null", "{\"a\":null,\"b\":null,\"c\":null,\"d\":null}" },
        { "a = \"${b}\", b = 1", "{\"a\":\"${b}\",\"b\":1}" },
        { "a = 1, b = ${a}, a = 2", "{\"a\":2,\"b\":2}" },

        // joined
        { "x = 1, a = ${x}y${x}", "{\"x\":1,\"a\":\"1y1\"}" },
        { "x = 1e3, a = <${x}> ${x}", "{\"x\":1e3,\"a\":\"<1e3> 1e3\"}" },
        { "x = null, a = <${x}>", "{\"x\":null,\"a\":\"<null>\"}" },
        { "x = [1], y = [4], a = ${x} [2, 3] ${y}", "{\"x\":[1],\"y\":[4],\"a\":[1,2,3,4]}" },
        { "x { p = 1 }, y { r = 3 }, a = ${x} { q = 2 } ${y}", "{\"x\":{\"p\":1},\"y\":{\"r\":3},\"a\":{\"p\":1,\"q\":2,\"r\":3}}" },
        { "parent { x = 1, y = 2 }, child = ${parent} { y = 3 }", "{\"parent\":{\"x\":1,\"y\":2},\"child\":{\"x\":1,\"y\":3}}" },
        { "a { b = 3 }, a = { b = 2 } ${a}", "{\"a\":{\"b\":3}}" },

        // optional
        { "a = ${?x}", "{}" },
        { "a = ${?x}${?y}", "{}" },
        { "a = ${?x} ${?y}", "{\"a\":\" \"}" },
        { "a = \"\"${?x}", "{\"a\":\"\"}" },
        { "a = x${?y}", "{\"a\":\"x\"}" },
        { "a = ${?x} y", "{\"a\":\" y\"}" },
        { "a = [1, ${?x}, 2]", "{\"a\":[1,2]}" },
        { "a = [${?x}]", "{\"a\":[]}" },
        { "a = [1] ${?x}", "{\"a\":[1]}" },
        { "a = { b = 1 } ${?x}", "{\"a\":{\"b\":1}}" },
        { "a = 1, a = ${?x}", "{\"a\":1}" },
        { "a { b = 1 }, a = ${?x}", "{\"a\":{\"b\":1}}" },
        { "x = 2, a = 1, a = ${?x}", "{\"x\":2,\"a\":2}" },
        { "x = 2, a { b = 1 }, a = ${?x}", "{\"x\":2,\"a\":2}" },
        { "a = ${?b}, c = ${?a}, d = ${?c}", "{}" },
        { "x = 5, a = ${?y}${x}", "{\"x\":5,\"a\":5}" },

        // hidden substitutions are never looked at
        { "a = ${nowhere}, a = 1", "{\"a\":1}" },
        { "a = ${a}, a = 1", "{\"a\":1}" },
        { "a = ${b}, b = ${a}, a = 1", "{\"a\":1,\"b\":1}" },
        { "a { b = ${nowhere} }, a = 1", "{\"a\":1}" },
        { "a { b = ${nowhere} }, a { b = 1 }", "{\"a\":{\"b\":1}}" },

        // self reference looks back
        { "path = \"a:b\", path = ${path}\":c\"", "{\"path\":\"a:b:c\"}" },
        { "a = 1, a = ${a}", "{\"a\":1}" },
        { "a = 1, a = ${a}, a = ${a}", "{\"a\":1}" },
        { "a = 1, a = ${a}x, a = ${a}y, a = ${a}z", "{\"a\":\"1xyz\"}" },
        { "a = 1, a = ${a}, a = 2", "{\"a\":2}" },
        { "a = ${?a}", "{}" },
        { "a = ${?a}foo", "{\"a\":\"foo\"}" },
        { "a = [1], a = ${a} [2], a = ${a} [3]", "{\"a\":[1,2,3]}" },
        { "a { b = 5 }, a = ${a}, a { c = 6 }", "{\"a\":{\"b\":5,\"c\":6}}" },
        { "a { a = 0 }, a = ${a} { b = 1 }, a = ${a} { c = 2 }", "{\"a\":{\"a\":0,\"b\":1,\"c\":2}}" },
        { "foo { a { c = 1 } }, foo = ${foo.a}, foo { a = 2 }", "{\"foo\":{\"a\":2,\"c\":1}}" },
        { "a { b { c = 5 } }, a = ${a.b}, a { b = 2 }", "{\"a\":{\"b\":2,\"c\":5}}" },
        { "a = 1, b = ${a}, a = ${b}", "{\"a\":1,\"b\":1}" },
        { "b = ${a}, a = 1, a = ${b}", "{\"b\":1,\"a\":1}" },
        { "a = 1, b = ${c}, c = ${a}, a = ${b}", "{\"a\":1,\"b\":1,\"c\":1}" },
        { "c = ${a}, b = ${c}, a = 1, a = ${b}", "{\"c\":1,\"b\":1,\"a\":1}" },
        { "b = ${a}foo, a = 1, a = ${b}", "{\"b\":\"1foo\",\"a\":\"1foo\"}" },

        // an object may refer into itself
        { "bar { foo = 42, baz = ${bar.foo} }", "{\"bar\":{\"foo\":42,\"baz\":42}}" },
        { "bar { foo = 42, baz = ${bar.foo} }, bar { foo = 43 }", "{\"bar\":{\"foo\":43,\"baz\":43}}" },
        { "bar { a = ${foo.d}, b = 1 }, bar.b = 3, foo { c = ${bar.b}, d = 2 }, foo.d = 4", "{\"bar\":{\"a\":4,\"b\":3},\"foo\":{\"c\":3,\"d\":4}}" },
        { "foo = ${a.b.c}, a { b { c = 42, d = ${foo} }, e = ${foo} }", "{\"foo\":42,\"a\":{\"b\":{\"c\":42,\"d\":42},\"e\":42}}" },
        { "x = ${y}, y { p = 1, q = ${x.p} }", "{\"x\":{\"p\":1,\"q\":1},\"y\":{\"p\":1,\"q\":1}}" },

        // merging with substitutions in between
        { "d { a = 1, b = 2 }, i = ${d}, i.b = 3, j.b = ${i.b}", "{\"d\":{\"a\":1,\"b\":2},\"i\":{\"a\":1,\"b\":3},\"j\":{\"b\":3}}" },
        { "d { a = 1, b = 2 }, i = ${d}, i.b { c = 43 }, j.b = ${i.b}", "{\"d\":{\"a\":1,\"b\":2},\"i\":{\"a\":1,\"b\":{\"c\":43}},\"j\":{\"b\":{\"c\":43}}}" },
        { "d { a = 1, b = 2 }, i.b = 7, i = ${d}, j = ${i.b}", "{\"d\":{\"a\":1,\"b\":2},\"i\":{\"b\":2,\"a\":1},\"j\":2}" },
        { "d { a = ${i.b}, b = 2 }, i.b = 7, i = ${d}", "{\"d\":{\"a\":2,\"b\":2},\"i\":{\"b\":2,\"a\":2}}" },
        { "i = 345, i = ${?no}, i = ${x}, i {}, i = ${y}, i.z = 3, x { p = 1 }, y { q = 2, p = 0 }", "{\"i\":{\"p\":0,\"q\":2,\"z\":3},\"x\":{\"p\":1},\"y\":{\"q\":2,\"p\":0}}" },
        { "d { a = 1 }, i = ${d}, i.c = ${j.d}, i.x = ${j.y}, j = ${d}, j.d = ${i.a}, j.y = 15", "{\"d\":{\"a\":1},\"i\":{\"a\":1,\"c\":1,\"x\":15},\"j\":{\"a\":1,\"d\":1,\"y\":15}}" },
        { "a = ${b}, a.x = foo, b = ${a.x}", "{\"a\":{\"x\":\"foo\"},\"b\":\"foo\"}" },

        // +=
        { "a += 1", "{\"a\":[1]}" },
        { "a = [], a += 1", "{\"a\":[1]}" },
        { "a += 1, a += 2, a += [3]", "{\"a\":[1,2,[3]]}" },
        { "a.b += 1, a.b += 2", "{\"a\":{\"b\":[1,2]}}" },
        { "a { b { c = [1] } }, a { b { c += 2 } }", "{\"a\":{\"b\":{\"c\":[1,2]}}}" },
        { "a += { b = 1 }, a += { b = 2 }", "{\"a\":[{\"b\":1},{\"b\":2}]}" },
        { "x = [1], y = 2, a = ${x}, a += ${y}", "{\"x\":[1],\"y\":2,\"a\":[1,2]}" },
        { "a += ${?nowhere}", "{\"a\":[]}" },
        { "x = [ { a += 1, a += 2 } ]", "{\"x\":[{\"a\":[1,2]}]}" },
        { "x += { a += 1, a += 2 }, x += { a += 3 }", "{\"x\":[{\"a\":[1,2]},{\"a\":[3]}]}" },
        { "b { l = [1] }, x = [ ${b} { l += 2 } ]", "{\"b\":{\"l\":[1]},\"x\":[{\"l\":[1,2]}]}" },
        { "b { l = [1] }, x = ${b} { l += 2 }", "{\"b\":{\"l\":[1]},\"x\":{\"l\":[1,2]}}" },
        { "a+=1", "{\"a\":[1]}" },
        { "10 += 1", "{\"10\":[1]}" },

        // objects with numeric keys as lists
        { "x { \"1\" = b, \"0\" = a, c = d }, a = ${x} [c]", "{\"x\":{\"1\":\"b\",\"0\":\"a\",\"c\":\"d\"},\"a\":[\"a\",\"b\",\"c\"]}" },
        { "x { 0 = a, 7 = ${y} }, y = b, a = [z] ${x}", "{\"x\":{\"0\":\"a\",\"7\":\"b\"},\"y\":\"b\",\"a\":[\"z\",\"a\",\"b\"]}" },
    };

    [Theory]
    [MemberData(nameof(Snippets))]
    public void Substitutions_resolve_as_specified(string text, string json) => Snippet.Json(text).ShouldBe(json);

    [Theory]
    [InlineData("a = ${b}, b = ${a}", "a")]
    [InlineData("a = ${b}, b = ${c}, c = ${a}", "a")]
    [InlineData("a = ${b}, b = ${c}, c = ${d}, d = ${a}", "a")]
    [InlineData("foo = ${bar}, bar = ${a.b.c}, a.b.c = ${foo}", "foo")]
    public void A_cycle_is_one_error_that_names_every_step(string text, string start)
    {
        var error = Snippet.Fail(text).Errors.ShouldHaveSingleItem();
        error.Message.ShouldStartWith("Circular substitution");
        error.Message.ShouldContain($"${{{start}}}");
    }

    [Fact]
    public void A_cycle_of_optional_substitutions_is_undefined() =>
        Snippet.Json("foo = ${?bar}, bar = ${?a.b.c}, a.b.c = ${?foo}").ShouldBe("{\"a\":{\"b\":{}}}");

    [Fact]
    public void Two_fields_that_refer_to_each_other_get_the_same_value()
    {
        var root = Snippet.Parse("a = 1, b = 2, a = ${b}, b = ${a}");
        root.GetInt32("a").ShouldBe(root.GetInt32("b"));
    }

    [Fact]
    public void An_object_does_not_hide_an_undefined_substitution_below_it() =>
        Snippet.Fail("a = ${nowhere}, a = { b = 42 }").Errors.ShouldHaveSingleItem().Message.ShouldContain("'nowhere'");

    [Fact]
    public void A_missing_required_substitution_names_its_line()
    {
        var error = Snippet.Fail("a = 1\nb {\n  c = ${a.x.y}\n}\n").Errors.ShouldHaveSingleItem();
        (error.Line, error.Column).ShouldBe((3, 7));
        error.Message.ShouldContain("'a.x.y'");
    }

    [Fact]
    public void A_misspelt_substitution_suggests_the_key() =>
        Snippet.Fail("server { port = 1 }, a = ${server.prot}").Errors[0].Expected.ShouldBe("did you mean '${server.port}'?");

    [Fact]
    public void A_value_that_contains_itself_is_an_error_even_through_merging() =>
        Snippet.Fail("x { y = 1 }, a = ${x}, a { b = ${a} }").Errors.ShouldHaveSingleItem().Message.ShouldContain("contains itself");

    [Fact]
    public void Texts_parsed_together_see_each_other()
    {
        var document = HoconDocument.Parse([new HoconText("x = 1, a = ${y}", "reference.conf"), new HoconText("y = ${x}2")], Snippet.Closed);
        document.Value.ToString().ShouldBe("{\"x\":1,\"a\":\"12\",\"y\":\"12\"}");
    }
}
