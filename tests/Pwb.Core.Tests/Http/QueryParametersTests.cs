namespace Pwb.Tests.Http;

public sealed class QueryParametersTests
{
    [Theory]
    [InlineData("q=1", "1")]
    [InlineData("a=2&q=1&q=3", "1")]
    [InlineData("q", "")]
    [InlineData("q=", "")]
    [InlineData("q=a=b", "a=b")]
    [InlineData("q=a+b%2Bc", "a b+c")]
    [InlineData("q=%E4%BD%A0", "你")]
    [InlineData("q=%2525", "%25")]
    [InlineData("q=%zz%4%", "%zz%4%")]
    [InlineData("q=%4", "%4")]
    [InlineData("q=%FF", "\uFFFD")]
    [InlineData("q=%00", "\0")]
    [InlineData("%71=1", "1")]
    [InlineData("&&q=1&", "1")]
    [InlineData("q;b=1", null)]
    [InlineData("Q=1", null)]
    [InlineData("qq=1", null)]
    [InlineData("=1", null)]
    [InlineData("", null)]
    public void Reads_the_first_value_of_a_name_and_nothing_is_an_error(string query, string? expected)
    {
        QueryParameters parameters = new HttpRequest("GET", "/?" + query).Query;

        parameters["q"].Should().Be(expected);
        parameters.Contains("q").Should().Be(expected is not null);
    }

    [Fact]
    public void Keeps_all_pairs_in_their_order()
    {
        QueryParameters parameters = new HttpRequest("GET", "/?b=1&a=2&b=%33&&+=&c&%FC=x").Query;
        List<(string, string)> pairs = [];
        foreach ((string name, string value) in parameters) pairs.Add((name, value));

        pairs.Should().Equal(("b", "1"), ("a", "2"), ("b", "3"), (" ", ""), ("c", ""), ("\uFFFD", "x"));
        parameters.GetAll("b").Should().Equal("1", "3");
        parameters.GetAll("d").Should().BeEmpty();
        parameters[" "].Should().Be("");
        parameters["\uFFFD"].Should().Be("x");
        new HttpRequest("GET", "/").Query.GetAll("q").Should().BeEmpty();
        default(QueryParameters)["q"].Should().BeNull();
    }

    [Fact]
    public void Gives_typed_values_that_are_the_same_under_every_culture()
    {
        QueryParameters parameters =
            new HttpRequest("GET", "/?n=7&x=1.5&g=0f8fad5b-d9cb-469f-a165-70867728950e&d=2026-11-27&t=true&bad=seven&e").Query;

        (parameters.TryGet("n", out int number) ? number : 0).Should().Be(7);
        (parameters.TryGet("x", out double real) ? real : 0).Should().Be(1.5);
        (parameters.TryGet("g", out Guid guid) ? guid : default).Should().Be(Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"));
        (parameters.TryGet("d", out DateOnly date) ? date : default).Should().Be(new DateOnly(2026, 11, 27));
        (parameters.TryGet("t", out bool isTrue) && isTrue).Should().BeTrue();
        parameters.TryGet("bad", out int _).Should().BeFalse();
        parameters.TryGet("e", out int _).Should().BeFalse();
        parameters.TryGet("missing", out int _).Should().BeFalse();
    }

    [Fact]
    public void A_look_for_a_name_makes_no_string_but_the_value()
    {
        QueryParameters parameters = new HttpRequest("GET", "/?first=1&second=2&q").Query;
        parameters["q"].Should().Be("");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) _ = parameters["q"];

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
