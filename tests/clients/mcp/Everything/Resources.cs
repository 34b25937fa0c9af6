using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Everything;

/// <summary>The resources.</summary>
internal static class Resources
{
    public static McpServerResource[] All { get; } =
    [
        Of("test://static-text", "text/plain", () => "This is the content of the static text resource."),
        Of("test://static-binary", "image/png",
            () => (ResourceContents)BlobResourceContents.FromBytes(Tools.Png, "test://static-binary", "image/png")),
        Of("test://template/{id}/data", "application/json",
            (string id) => $$"""{"id":"{{id}}","templateTest":true,"data":"Data for ID: {{id}}"}"""),
        Of("test://watched-resource", "text/plain", () => "Watched resource content."),
    ];

    private static McpServerResource Of(string uri, string mediaType, Delegate method) => McpServerResource.Create(
        method, new McpServerResourceCreateOptions
        {
            UriTemplate = uri,
            Name = uri,
            Description = "A resource of the suite.",
            MimeType = mediaType,
        });
}
