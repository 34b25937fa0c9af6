// A JSON endpoint. The source generator writes the (de)serialization, so it works trimmed and compiled ahead of time. Try it:
//   dotnet run --project samples/Json
//   curl localhost:8888/orders --json '{"product":"tea","count":2}'
using System.Text.Json;
using System.Text.Json.Serialization;
using Pwb;

Router router = new([
    new("POST /orders", async (request, _, cancellationToken) =>
    {
        // What is not JSON of an order is answered with 415 or 400. So a page of another site cannot
        // send one without asking first.
        Order order = await request.ReadJsonAsync(OrderJson.Default.Order, cancellationToken: cancellationToken);
        return order is { Product.Length: > 0, Count: > 0 }
            ? HttpResponse.Json(new Receipt(order, order.Count * 2.50m), OrderJson.Default.Receipt, 201)
            : HttpResponse.Problem(422, "An order has a product and a count.");
    }),
]);

await using PwbServer server = new(
    router, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine(server.Urls[0]);
await server.RunUntilStoppedAsync(); // until Ctrl+C or SIGTERM

internal sealed record Order(string Product, int Count);

internal sealed record Receipt(Order Order, decimal Price);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class OrderJson : JsonSerializerContext;
