using System.Globalization;
using System.Text;

namespace Pwb.Fuzz.Mutation;

/// <summary>
/// Builds requests part by part. Most parts are right, so that the wrong ones are met in every place and combination.
/// </summary>
internal sealed class RequestGenerator(FuzzRandom random)
{
    private const int WrongPartOneIn = 12;

    private static readonly string[] OrdinaryMethods = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS"];
    private static readonly string[] OrdinaryTargets = ["/", "/a", "/a/b?c=d", "http://a.example/x"];
    private static readonly string[] OrdinaryNames = ["X-A", "Accept", "User-Agent", "Content-Type", "Connection"];
    private static readonly string[] OrdinaryValues = ["b", "*/*", "keep-alive", "text/plain", "a, b"];

    private readonly StringBuilder _text = new();

    public byte[] Next()
    {
        _text.Clear();
        int requests = 1 + random.Below(3);
        for (int i = 0; i < requests; i++)
            AppendRequest();
        return Encoding.Latin1.GetBytes(_text.ToString());
    }

    private void AppendRequest()
    {
        if (random.OneIn(20))
            AppendLineEnd();

        _text.Append(Part(OrdinaryMethods, FuzzDictionary.Methods)).Append(random.OneIn(100) ? "\t" : " ")
            .Append(Part(OrdinaryTargets, FuzzDictionary.Targets)).Append(random.OneIn(100) ? "  " : " ")
            .Append(random.OneIn(6) ? "HTTP/1.0" : Part(FuzzDictionary.Versions[..1], FuzzDictionary.Versions));
        AppendLineEnd();

        int content = random.Below(4);
        List<Action> lines = [];
        if (!random.OneIn(30))
            lines.Add(() => AppendField("Host", Part(FuzzDictionary.Hosts[..6], FuzzDictionary.Hosts)));
        if (content == 1 || random.OneIn(40))
            lines.Add(() => AppendField("Content-Length", Part(["5"], FuzzDictionary.Numbers)));
        if (content == 2 || random.OneIn(40))
            lines.Add(() => AppendField("Transfer-Encoding", Part(FuzzDictionary.Codings[..3], FuzzDictionary.Codings)));
        if (random.OneIn(6))
            lines.Add(() => AppendField("Expect", Part(FuzzDictionary.Expectations[..3], FuzzDictionary.Expectations)));
        if (random.OneIn(6))
            lines.Add(() => AppendField("Connection", random.Pick(FuzzDictionary.Connections)));
        for (int extra = random.Below(4); extra > 0; extra--)
            lines.Add(AppendAnyField);
        while (lines.Count > 0)
        {
            int next = random.Below(lines.Count);
            lines[next]();
            lines.RemoveAt(next);
        }

        AppendLineEnd();
        if (content == 1)
            _text.Append("hello");
        else if (content == 2)
            AppendChunks();
    }

    private void AppendChunks()
    {
        for (int chunks = random.Below(4); chunks > 0; chunks--)
        {
            string data = "abcdefghijklmnop"[..(1 + random.Below(16))];
            _text.Append(
                random.OneIn(WrongPartOneIn)
                    ? random.Pick(FuzzDictionary.ChunkSizes) : data.Length.ToString("x", CultureInfo.InvariantCulture));
            if (random.OneIn(5))
                _text.Append(random.OneIn(2) ? ";a=b" : " ; n=\"q\\\" v\" ;z");
            AppendLineEnd();
            _text.Append(data);
            AppendLineEnd();
        }

        _text.Append(random.OneIn(WrongPartOneIn) ? random.Pick(FuzzDictionary.ChunkSizes) : "0");
        AppendLineEnd();
        for (int trailers = random.OneIn(3) ? random.Below(5) : 0; trailers > 0; trailers--)
            AppendAnyField();
        AppendLineEnd();
    }

    private void AppendAnyField()
    {
        string name = Part(OrdinaryNames, FuzzDictionary.FieldNames);
        AppendField(name, Part(OrdinaryValues, FuzzDictionary.ValuesFor(name)));
    }

    private void AppendField(string name, string value)
    {
        _text.Append(name).Append(random.OneIn(40) ? random.Pick(FuzzDictionary.Separators) : ": ").Append(value);
        AppendLineEnd();
    }

    private void AppendLineEnd() => _text.Append(random.OneIn(150) ? random.Pick(FuzzDictionary.LineEnds) : "\r\n");

    private string Part(string[] ordinary, string[] any) => random.Pick(random.OneIn(WrongPartOneIn) ? any : ordinary);
}
