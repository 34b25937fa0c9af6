using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Forms;

/// <summary>
/// What a multipart form is read as, in one line: <c>name=value</c> or <c>name:file(type)=content</c> for each part, or
/// the status that refuses it.
/// </summary>
internal static class FormText
{
    public static async Task<string> ReadAsync(
        string contentType, byte[] content, Segmentation segmentation, FormLimits? limits = null)
    {
        ScriptedStream stream = new() { AlwaysAsynchronous = segmentation.Asynchronous };
        foreach (ReadOnlyMemory<byte> segment in segmentation.Split(content)) stream.Give(segment);
        stream.EndInput();
        HttpRequest request = new("POST", "/", stream, ("Content-Type", contentType));
        List<string> parts = [];
        try
        {
            MultipartReader reader = request.ReadMultipart(limits);
            while (await reader.ReadAsync() is { } part)
            {
                string type = part.ContentType is null ? "" : $"({part.ContentType})";
                string name = part.FileName is null ? $"{part.Name}{type}" : $"{part.Name}:{part.FileName}{type}";
                parts.Add($"{name}={Latin1.Text(await Wire.ReadAllAsync(part.Body, CancellationToken.None))}");
            }

            (await reader.ReadAsync()).Should().BeNull("the end stays the end");
        }
        catch (RequestRejectedException exception)
        {
            return $"{exception.StatusCode}: {exception.Message}";
        }

        return string.Join(" | ", parts);
    }

    /// <summary>The same, and that it does not depend on how the content is split.</summary>
    public static async Task<string> ReadEveryWayAsync(string contentType, byte[] content, FormLimits? limits = null)
    {
        string whole = await ReadAsync(contentType, content, Segmentation.Whole, limits);
        foreach (Segmentation segmentation in Segmentation.All(content.Length))
            (await ReadAsync(contentType, content, segmentation, limits)).Should().Be(whole, "it is sent {0}", segmentation.Name);
        return whole;
    }
}
