using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Pwb;

namespace Shop.Tests;

/// <summary>
/// Retries, time-outs and streaming of an HttpClient with the resilience handlers of Microsoft.Extensions.Http.Resilience.
/// </summary>
public sealed class PriceFeedTests : IAsyncDisposable
{
    private static readonly HttpResponse Tea = HttpResponse.Text("""{"amount":2.5}""", contentType: "application/json");

    private readonly ManualClock _clock = new();
    private readonly FakeService _prices;

    public PriceFeedTests() => _prices = new FakeService(_clock);

    public ValueTask DisposeAsync() => _prices.DisposeAsync();

    [Fact]
    public async Task Waits_as_long_as_the_service_says_and_asks_again()
    {
        _prices.On("GET /prices/tea", Answer.InTurn(Answer.Unavailable(retryAfter: TimeSpan.FromMinutes(2)), Tea));
        var price = Feed().GetPriceAsync("tea");

        await _clock.WaitForTimerAsync(TimeSpan.FromMinutes(2));
        _prices.Received("GET /prices/tea", times: 1);
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(2.5m, await price);
        _prices.ReceivedInOrder("GET /prices/tea", "GET /prices/tea");
    }

    [Fact]
    public async Task Backs_off_longer_each_time_whatever_goes_wrong()
    {
        _prices.On("GET /prices/tea", Answer.InTurn(Answer.Reset, Answer.Garbage, Answer.CutAfter(5, Tea), Tea));
        var price = Feed().GetPriceAsync("tea");

        foreach (var seconds in new[] { 1, 2 })
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        // A response that breaks off is the reader's, not the handler's: nobody retries it.
        await Assert.ThrowsAnyAsync<IOException>(() => price);
        _prices.Received("GET /prices/tea", times: 3);
    }

    [Fact]
    public async Task Gives_an_attempt_that_is_not_answered_ten_seconds()
    {
        _prices.On("GET /prices/tea", Answer.InTurn(Answer.Never, Tea));
        var price = Feed().GetPriceAsync("tea");

        await _prices.RequestAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2.5m, await price);
    }

    [Fact]
    public async Task An_answer_just_in_time_is_taken_and_one_that_is_late_is_not()
    {
        _prices.On("GET /prices/tea", Answer.Late(TimeSpan.FromSeconds(9), Tea));
        var inTime = Feed(retries: 0).GetPriceAsync("tea");
        await _prices.RequestAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(2.5m, await inTime);

        _prices.On("GET /prices/tea", Answer.Late(TimeSpan.FromSeconds(11), Tea));
        var tooLate = Feed(retries: 0).GetPriceAsync("tea");
        await _prices.RequestAsync(2);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => tooLate);
    }

    [Fact]
    public async Task Gives_up_after_three_retries()
    {
        _prices.On("GET /prices/tea", Answer.Unavailable());
        var price = Feed().GetPriceAsync("tea");

        foreach (var seconds in new[] { 1, 2, 4 })
        {
            await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
            _clock.Advance(TimeSpan.FromSeconds(seconds));
        }

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => price);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failure.StatusCode);
        _prices.Received("GET /prices/tea", times: 4);
    }

    [Fact]
    public async Task A_service_that_takes_connections_and_says_nothing_is_timed_out_too()
    {
        _prices.OnConnect(ConnectionFault.Silent).On("GET /prices/tea", Tea);
        var price = Feed(retries: 0, address: "https://prices.example").GetPriceAsync("tea"); // hangs in the TLS handshake

        await _clock.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        _clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => price);
        _prices.ReceivedInOrder();
    }

    [Fact]
    public async Task Opens_the_circuit_for_a_service_that_is_down()
    {
        _prices.On("GET /prices/{product}", Answer.Unavailable());
        var feed = Feed(retries: 0, breaker: true);

        for (var i = 0; i < 2; i++) await Assert.ThrowsAsync<HttpRequestException>(() => feed.GetPriceAsync("tea"));
        await Assert.ThrowsAsync<BrokenCircuitException>(() => feed.GetPriceAsync("tea"));
        _prices.Received("/prices/tea", times: 2);

        _prices.On("GET /prices/{product}", Tea);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2.5m, await feed.GetPriceAsync("tea"));
    }

    [Fact]
    public async Task Reads_changes_as_they_come_and_not_when_all_are_there()
    {
        _prices.On("GET /changes", Answer.Slow(10, HttpResponse.Text("tea 2.50\nmilk 1.1\n"))); // 9 bytes each
        await using var changes = Feed().WatchAsync().GetAsyncEnumerator();

        var first = changes.MoveNextAsync();
        await _prices.RequestAsync(1);
        Assert.False(first.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.True(await first);
        Assert.Equal("tea 2.50", changes.Current);
        var second = changes.MoveNextAsync();
        Assert.False(second.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.True(await second);
        Assert.Equal("milk 1.1", changes.Current);
        Assert.False(await changes.MoveNextAsync());
    }

    [Fact]
    public async Task Knows_changes_that_broke_off_from_changes_that_ended()
    {
        _prices.On("GET /changes", Answer.CutAfter(9, HttpResponse.Text("tea 2.50\nmilk 1.1\n")));
        await using var changes = Feed().WatchAsync().GetAsyncEnumerator();

        Assert.True(await changes.MoveNextAsync());
        await Assert.ThrowsAnyAsync<IOException>(async () => await changes.MoveNextAsync());
    }

    [Fact]
    public async Task Stops_watching_a_stream_that_has_fallen_silent()
    {
        _prices.On("GET /changes", Answer.StallAfter(9, HttpResponse.Text("tea 2.50\nmilk 1.1\n")));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), _clock);
        await using var changes = Feed().WatchAsync(patience.Token).GetAsyncEnumerator();

        Assert.True(await changes.MoveNextAsync());
        var next = changes.MoveNextAsync();
        _clock.Advance(TimeSpan.FromSeconds(60));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    private PriceFeed Feed(int retries = 3, string address = "http://prices.example", bool breaker = false)
    {
        var services = new ServiceCollection();
        services.AddHttpClient<PriceFeed>(http =>
            {
                http.BaseAddress = new Uri(address);
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(_prices.CreateMessageHandler)
            .AddResilienceHandler("prices", pipeline =>
            {
                pipeline.TimeProvider = _clock;
                if (retries > 0)
                    pipeline.AddRetry(new HttpRetryStrategyOptions
                    {
                        MaxRetryAttempts = retries,
                        Delay = TimeSpan.FromSeconds(1),
                        BackoffType = DelayBackoffType.Exponential,
                        UseJitter = false, // or the waits are nobody's to know
                    });
                if (breaker)
                    pipeline.AddCircuitBreaker(
                        new HttpCircuitBreakerStrategyOptions
                        {
                            MinimumThroughput = 2,
                            BreakDuration = TimeSpan.FromSeconds(30),
                        });
                pipeline.AddTimeout(TimeSpan.FromSeconds(10));
            });
        return services.BuildServiceProvider().GetRequiredService<PriceFeed>();
    }
}
