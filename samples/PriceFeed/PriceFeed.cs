using System.Net.Http.Json;
using System.Runtime.CompilerServices;

namespace Shop;

/// <summary>
/// Code of somebody who has never heard of PWB: a client of a service, with what its HttpClient is given by a factory.
/// </summary>
public sealed class PriceFeed(HttpClient http)
{
    public async Task<decimal> GetPriceAsync(string product, CancellationToken cancellationToken = default)
    {
        var price = await http.GetFromJsonAsync<Price>($"/prices/{product}", cancellationToken);
        return price!.Amount;
    }

    public async IAsyncEnumerable<string> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response = await http.GetAsync("/changes", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await lines.ReadLineAsync(cancellationToken) is { } line) yield return line;
    }

    private sealed record Price(decimal Amount);
}
