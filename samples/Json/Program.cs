// A JSON endpoint. The source generator writes the (de)serialization, so it works trimmed and compiled ahead of time. Try it:
//   dotnet run --project samples/Json
//   curl localhost:8888/orders --json '{"product":"tea","count":2}'
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pwb;

IRequestHandler handler = RequestHandler.From(async (request, cancellationToken) => (request.Method, request.Path) switch
{
    ("POST", "/orders") when !IsJson(request) => HttpResponse.Text("An order is sent as application/json.\n", 415),
    ("POST", "/orders") => await OrderAsync(request.Body, cancellationToken),
    (_, "/orders") => HttpResponse.MethodNotAllowed("POST"),
    _ => HttpResponse.Text("Not found\n", 404),
});

// Ctrl+C and SIGTERM let requests in flight finish; a second one ends the process at once.
TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = stop.TrySetResult());
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = stop.TrySetResult());

await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"http://localhost:{server.EndPoint.Port}/");
await stop.Task;
await server.StopAsync();

// A page of another site may make a browser POST text or a form without asking first, but JSON only after a preflight, which nothing here answers.
static bool IsJson(HttpRequest request) =>
    MediaTypeHeaderValue.TryParse(request.Headers["Content-Type"], out MediaTypeHeaderValue? type)
    && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

static async ValueTask<HttpResponse> OrderAsync(Stream body, CancellationToken cancellationToken)
{
    try
    {
        Order? order = await JsonSerializer.DeserializeAsync(body, OrderJson.Default.Order, cancellationToken);
        if (order is not { Product.Length: > 0, Count: > 0 }) return HttpResponse.Text("An order has a product and a count.\n", 422);
        return Json(new Receipt(order, order.Count * 2.50m), 201);
    }
    catch (JsonException)
    {
        return HttpResponse.Text("That is no JSON of an order.\n", 400);
    }
}

static HttpResponse Json(Receipt receipt, int statusCode) =>
    HttpResponse.Bytes(JsonSerializer.SerializeToUtf8Bytes(receipt, OrderJson.Default.Receipt), statusCode, "application/json");

internal sealed record Order(string Product, int Count);

internal sealed record Receipt(Order Order, decimal Price);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class OrderJson : JsonSerializerContext;
