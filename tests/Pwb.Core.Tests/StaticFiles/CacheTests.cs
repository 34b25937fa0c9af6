using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.StaticFiles;

/// <summary>S7 and the cache: what is in memory is what is in the source, a second ago at most.</summary>
public sealed class CacheTests
{
    private readonly Site _site = new();

    [Fact]
    public async Task A_small_file_is_read_once()
    {
        _site.Source.Add("a", "one");
        for (int i = 0; i < 10; i++) (await _site.GetAsync("/a")).ContentText.Should().Be("one");

        _site.Source.Opens.Should().Be(1);
    }

    [Fact]
    public async Task It_is_compared_with_its_source_once_a_second()
    {
        _site.Source.Add("a", "one");
        await _site.GetAsync("/a");
        int finds = _site.Source.Finds;

        _site.Clock.Advance(TimeSpan.FromSeconds(0.9));
        await _site.GetAsync("/a");
        _site.Source.Finds.Should().Be(finds);

        _site.Clock.Advance(TimeSpan.FromSeconds(0.2));
        await _site.GetAsync("/a");
        await _site.GetAsync("/a");
        _site.Source.Finds.Should().Be(finds + 4, "the file and its three neighbours");
        _site.Source.Opens.Should().Be(1);
    }

    [Fact]
    public async Task A_change_shows_after_a_second()
    {
        _site.Source.Add("a", "one");
        string? old = (await _site.GetAsync("/a"))["ETag"];
        _site.Source.Add("a", "two", ManualClock.Start.AddMinutes(-1));
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        WireResponse response = await _site.GetAsync("/a", "If-None-Match: " + old);

        response.Status.Should().Be(200);
        response.ContentText.Should().Be("two");
        response["ETag"].Should().NotBe(old);
    }

    [Fact]
    public async Task A_change_that_keeps_length_and_time_shows_by_its_revision()
    {
        _site.Source.Add("a", "one", revision: 1);
        await _site.GetAsync("/a");
        _site.Source.Add("a", "two", revision: 2);
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        (await _site.GetAsync("/a")).ContentText.Should().Be("two");
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_any_more_is_denied_after_a_second()
    {
        _site.Source.Add("a", "one", revision: 1);
        await _site.GetAsync("/a");
        _site.Source.Add("a", "one", revision: 2).Denied.Add("a"); // chmod 000
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 3; i++) (await _site.GetAsync("/a")).Status.Should().Be(403);
    }

    [Fact]
    public async Task A_file_that_cannot_be_looked_at_any_more_is_not_served_to_anybody()
    {
        _site.Source.Add("a", "one");
        await _site.GetAsync("/a");
        _site.Source.Failure = new UnauthorizedAccessException(); // chmod 000 on its directory
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 3; i++) (await _site.GetAsync("/a")).Status.Should().Be(403);
    }

    [Fact]
    public async Task A_replacement_of_the_same_length_and_time_shows_by_its_identity()
    {
        _site.Source.Add("a", "one", identity: 1);
        string? old = (await _site.GetAsync("/a"))["ETag"];
        _site.Source.Add("a", "two", identity: 2);
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        (await _site.GetAsync("/a", "If-None-Match: " + old)).ContentText.Should().Be("two");
    }

    [Fact]
    public async Task A_file_that_was_written_just_now_is_read_again()
    {
        _site.Source.Add("a", "one", ManualClock.Start);
        await _site.GetAsync("/a");
        _site.Source.Add("a", "two", ManualClock.Start); // in the same tick of the file system's clock
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        (await _site.GetAsync("/a")).ContentText.Should().Be("two");
    }

    [Fact]
    public async Task Neighbours_that_come_and_go_show_after_a_second()
    {
        _site.Source.Add("a.js", "plain");
        (await _site.GetAsync("/a.js", "Accept-Encoding: br"))["Vary"].Should().BeNull();

        _site.Source.Add("a.js.br", "b");
        _site.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _site.GetAsync("/a.js", "Accept-Encoding: br")).ContentText.Should().Be("b");

        _site.Source.Remove("a.js.br");
        _site.Clock.Advance(TimeSpan.FromSeconds(1));
        WireResponse response = await _site.GetAsync("/a.js", "Accept-Encoding: br");
        response.ContentText.Should().Be("plain");
        response["Vary"].Should().BeNull();
    }

    [Fact]
    public async Task A_deleted_file_is_gone_after_a_second()
    {
        _site.Source.Add("a", "one");
        await _site.GetAsync("/a");
        _site.Source.Remove("a");
        _site.Clock.Advance(TimeSpan.FromSeconds(1));

        (await _site.GetAsync("/a")).Status.Should().Be(404);
        (await _site.GetAsync("/a")).Status.Should().Be(404);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task A_neighbour_that_is_gone_or_denied_before_it_is_opened_costs_no_request(int length)
    {
        _site.Source.Add("a.js", new string('p', length)).Add("a.js.br", new string('b', length));
        (await _site.GetAsync("/a.js")).Content.Should().OnlyContain(value => value == 'p'); // and now its neighbours are known

        _site.Source.Denied.Add("a.js.br");
        WireResponse response = await _site.GetAsync("/a.js", "Accept-Encoding: br");
        response["Content-Encoding"].Should().BeNull();
        response.Content.Should().HaveCount(length).And.OnlyContain(value => value == 'p');

        _site.Source.Remove("a.js.br");
        _site.Source.Denied.Clear();
        response = await _site.GetAsync("/a.js", "Accept-Encoding: br");
        response.Status.Should().Be(200);
        response.Content.Should().HaveCount(length).And.OnlyContain(value => value == 'p');
    }

    [Fact]
    public async Task However_a_path_is_escaped_one_copy_is_kept()
    {
        _site.Source.Add("abc", "one");
        foreach (string target in (string[])["/abc", "/%61bc", "/a%62c", "/ab%63", "/%61%62%63"])
            (await _site.GetAsync(target)).ContentText.Should().Be("one");

        _site.Source.Opens.Should().Be(1);
    }

    [Fact]
    public async Task The_files_that_were_not_used_make_room()
    {
        var site = new Site(new StaticFileOptions { MaxCacheLength = 100_000 });
        for (int i = 0; i < 20; i++) site.Source.Add($"{i}", new string('x', 10_000));
        for (int i = 0; i < 20; i++)
        {
            await site.GetAsync($"/{i}");
            site.Clock.Advance(TimeSpan.FromSeconds(1));
            await site.GetAsync("/0"); // in use all the time
        }

        int opens = site.Source.Opens;
        await site.GetAsync("/0");
        await site.GetAsync("/19");
        site.Source.Opens.Should().Be(opens, "both are still in memory");
        await site.GetAsync("/1");
        site.Source.Opens.Should().Be(opens + 1);
    }

    [Fact]
    public async Task A_file_above_the_limit_is_opened_for_each_response()
    {
        _site.Source.Add("a", new string('x', 1_050_000));
        for (int i = 0; i < 3; i++) (await _site.GetAsync("/a")).Content.Should().HaveCount(1_050_000);

        _site.Source.Opens.Should().Be(3);
    }

    [Fact]
    public async Task A_large_file_has_the_length_and_the_tag_of_what_was_opened()
    {
        _site.Source.Add("a", new string('x', 70_000));
        string? old = (await _site.GetAsync("/a"))["ETag"];
        _site.Source.Add("a", new string('y', 80_000), ManualClock.Start.AddMinutes(-1)); // and no second has passed

        WireResponse response = await _site.GetAsync("/a", "Range: bytes=0-9", "If-Range: " + old);

        response.Status.Should().Be(200);
        response.Content.Should().HaveCount(80_000).And.OnlyContain(value => value == 'y');
        response["ETag"].Should().NotBe(old);
    }

    [Fact]
    public async Task A_file_that_shrinks_while_it_is_sent_ends_in_an_abort()
    {
        _site.Source.Add("a", new string('x', 200_000));
        _site.Source.OpenWith = content => new MemoryStream(content, 0, 150_000);

        Outcome outcome = await _site.ExchangeAsync("GET", "/a");

        WireResponse.ParseAll(outcome.Output).Should().ContainSingle().Which.IsComplete.Should().BeFalse();
        outcome.Text.Should().Contain("Content-Length: 200000\r\n");
    }

    [Fact]
    public async Task A_file_that_grows_is_sent_as_it_was()
    {
        _site.Source.Add("a", new string('x', 200_000));
        _site.Source.OpenWith = content => new MemoryStream([.. content, .. content]);

        (await _site.GetAsync("/a")).Content.Should().HaveCount(200_000);
    }

    [Fact]
    public async Task A_small_file_that_never_holds_still_is_sent_from_its_file()
    {
        _site.Source.Add("a", "0123456789");
        _site.Source.OpenWith = content =>
        {
            _site.Source.Add("a", "0123456789", MemorySource.OneHourAgo.AddSeconds(_site.Source.Opens));
            return new MemoryStream(content);
        };

        (await _site.GetAsync("/a")).ContentText.Should().Be("0123456789");
        _site.Source.Opens.Should().BeGreaterThan(2);
    }
}
