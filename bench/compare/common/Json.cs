using System.Text.Json;

namespace Pwb.Compare;

/// <summary>The dynamic response of every .NET server in the comparison: about 200 bytes, made anew for each request.</summary>
internal static class Json
{
    public static byte[] Render() => JsonSerializer.SerializeToUtf8Bytes(
        new Order(Random.Shared.Next(1_000_000), "Ada Lovelace", "12 St James's Square, London",
            [new("Analytical engine", 1, 12_345.67m), new("Punched cards", 500, 0.05m)]),
        JsonContext.Default.Order);
}

internal sealed record Order(int Number, string Customer, string Address, OrderLine[] Lines);

internal sealed record OrderLine(string Name, int Count, decimal Price);

[System.Text.Json.Serialization.JsonSerializable(typeof(Order))]
internal sealed partial class JsonContext : System.Text.Json.Serialization.JsonSerializerContext;
