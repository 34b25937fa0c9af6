using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pwb.Testing.Recordings;

/// <summary>
/// Responses of a real service, in a file that people read and keep beside their tests: JSON. It holds the parts of a request
/// that tell it apart, and no field.
/// </summary>
internal static class RecordingFile
{
    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for people: it stands in no page
    };

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The hash that tells contents apart; null if there was none.</summary>
    public static string? HashOf(RecordedRequest request) =>
        request.ContentLength == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(request.Content.Span));

    /// <summary>Writes the requests that a real service has answered, in their order.</summary>
    public static async Task WriteAsync(string path, IEnumerable<RecordedRequest> requests, CancellationToken cancellationToken)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text, Layout))
        {
            json.WriteStartObject();
            json.WriteStartArray("exchanges");
            foreach (RecordedRequest request in requests) Write(json, request, request.Response!);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        await File.WriteAllBytesAsync(path, text.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a file that <see cref="WriteAsync"/> has written, or that was edited by hand.</summary>
    /// <exception cref="IOException">The file does not exist, or is not a recording; the message says where.</exception>
    public static IReadOnlyList<RecordedExchange> Read(string path)
    {
        try
        {
            JsonNode root = JsonNode.Parse(File.ReadAllBytes(path))!;
            return [.. root["exchanges"]!.AsArray().Select(exchange => ReadExchange(exchange!))];
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            throw new IOException($"The file {path} is no recording: {exception.Message}", exception);
        }
    }

    private static void Write(Utf8JsonWriter json, RecordedRequest request, RecordedResponse response)
    {
        json.WriteStartObject();
        json.WriteString("method", request.Method);
        json.WriteString("target", request.Target);
        if (HashOf(request) is { } hash) json.WriteString("contentSha256", hash);
        json.WriteNumber("status", response.StatusCode);
        json.WriteStartArray("fields");
        foreach ((string name, string value) in response.Fields)
        {
            if (!string.Equals(name, "Set-Cookie", StringComparison.OrdinalIgnoreCase)) json.WriteStringValue($"{name}: {value}");
        }

        json.WriteEndArray();
        try
        {
            json.WriteString("text", Strict.GetString(response.Content));
        }
        catch (DecoderFallbackException)
        {
            json.WriteBase64String("base64", response.Content);
        }

        json.WriteEndObject();
    }

    private static RecordedExchange ReadExchange(JsonNode exchange)
    {
        byte[] content = exchange["base64"] is { } base64
            ? Convert.FromBase64String(base64.GetValue<string>())
            : Strict.GetBytes(exchange["text"]!.GetValue<string>());
        List<(string Name, string Value)> fields = [];
        foreach (JsonNode? line in exchange["fields"]!.AsArray())
        {
            string[] field = line!.GetValue<string>().Split(':', 2);
            fields.Add((field[0], field[1].Trim()));
        }

        RecordedResponse response = new(exchange["status"]!.GetValue<int>(), fields, content);
        _ = response.ToResponse(); // throws for what cannot be one
        return new RecordedExchange(
            exchange["method"]!.GetValue<string>(),
            exchange["target"]!.GetValue<string>(),
            exchange["contentSha256"]?.GetValue<string>(),
            response);
    }
}
