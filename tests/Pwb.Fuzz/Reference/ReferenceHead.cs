namespace Pwb.Fuzz.Reference;

/// <summary>A request head that is valid as far as it was read.</summary>
internal sealed record ReferenceHead(
    string Method, string RawTarget, ReferenceTarget Target, int MinorVersion, IReadOnlyList<ReferenceField> Fields)
{
    public bool IsHttp10 => MinorVersion == 0;

    public string Host => Target.Authority ?? Values("Host").FirstOrDefault() ?? "";

    public long? ContentLength => Values("Content-Length").FirstOrDefault() is { } digits ? long.Parse(digits, null) : null;

    public bool IsChunked => Values("Transfer-Encoding").Any();

    public bool HasContent => IsChunked || ContentLength > 0;

    // Empty list members are no members.
    public IEnumerable<string> Expectations =>
        Values("Expect").SelectMany(value => value.Split(',')).Select(Characters.TrimOws).Where(member => member.Length > 0);

    public bool ExpectsContinue => !IsHttp10 && HasContent && Expectations.Any();

    // R17
    public bool IsWebSocket =>
        Method is "GET" && !IsHttp10 && ListHas("Connection", "upgrade") && ListHas("Upgrade", "websocket");

    // Rule R14. An expectation with a method for which content has no meaning makes some proxies forget
    // where the next request begins, and some pass on unseen whatever comes behind a request for a WebSocket.
    public bool KeepsAlive => !(ExpectsContinue && Method is ("GET" or "HEAD" or "OPTIONS" or "DELETE" or "TRACE"))
        && !IsWebSocket && !ListHas("Connection", "close") && (!IsHttp10 || ListHas("Connection", "keep-alive"));

    public IEnumerable<string> Values(string name) => Fields.Where(field => field.Is(name)).Select(field => field.Value);

    public bool ListHas(string name, string member) => Values(name)
        .SelectMany(value => value.Split(','))
        .Any(item => Characters.TrimOws(item).Equals(member, StringComparison.OrdinalIgnoreCase));
}
