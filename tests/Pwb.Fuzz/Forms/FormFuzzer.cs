using System.Globalization;
using System.Text;

namespace Pwb.Fuzz.Forms;

/// <summary>
/// Forms that are made from pieces and changed, each read whole, byte by byte and in random pieces, and compared with
/// <see cref="FormReference"/>.
/// </summary>
internal static class FormFuzzer
{
    private const string Boundary = FormReference.Boundary;

    private static readonly string[] Pieces =
    [
        $"--{Boundary}\r\n", $"\r\n--{Boundary}\r\n", $"\r\n--{Boundary}--", $"\r\n--{Boundary}--\r\n", $"\r\n--{Boundary}",
        "\r\n--b-", "\r\n--", "--", "\r\n", "\r", "\n", "\r\n\r\n",
        "Content-Disposition: form-data; name=\"a\"\r\n\r\n", "content-disposition:form-data;name=b\r\n\r\n",
        "Content-Disposition: form-data", "; name=", "; filename=", "; filename*=",
        "utf-8''", "iso-8859-1'en'", "Content-Type: text/plain\r\n", "X: y\r\n", "\"", "\\", "\\\"", ";", "=", " ", "\t", "%22",
        "%0d%0A", "%C3%BC", "\u00C3\u00BC", "\u00FF", "\0", "..", "/", "value", "x",
    ];

    private static readonly string[] Parts =
    [
        $"\r\n--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue",
        $"\r\n--{Boundary}\r\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\x\\a.txt\"\r\n"
            + $"Content-Type: text/plain\r\n\r\nline\r\nline\r\n",
        $"\r\n--{Boundary} \r\nX: y\r\nContent-Disposition: form-data; name=g; filename*=utf-8''%C3%BC.txt\r\n",
    ];

    private static readonly string[] PairPieces = [
        "&", "=", "+", "%", "%4", "%41", "%2B", "%26", "%C3%BC", "%C3", "%zz", "a", "b=c", "\u00FC", "\0", "&&", ";"];

    /// <returns>The finding; null if all is as it should be.</returns>
    public static async Task<string?> RunAsync(long seed, long iteration)
    {
        FuzzRandom random = new(seed, ~iteration);
        bool isMultipart = !random.OneIn(4);
        byte[] content = Encoding.Latin1.GetBytes(isMultipart ? Multipart(random) : Join(random, PairPieces, 30));
        string expected = isMultipart ? FormReference.Multipart(content) : FormReference.UrlEncoded(content);
        foreach ((string way, Stream stream) in ((string, Stream)[])[
            ("whole", new PiecesStream(content, int.MaxValue)), ("byte by byte", new PiecesStream(content, 1)),
            ("in pieces", new PiecesStream(content, 40, random))])
        {
            string actual = await ReadAsync(stream, isMultipart);
            if (actual == expected) continue;
            return string.Create(CultureInfo.InvariantCulture,
                $"FINDING a form, {way} (--seed {seed} --start {iteration} --iterations 1)\n"
                    + $"  {Escaped.Text(content)}\n  expected {Show(expected)}\n  actual   {Show(actual)}");
        }

        return null;
    }

    private static string Show(string text) => Escaped.Text(Encoding.UTF8.GetBytes(text));

    private static string Multipart(FuzzRandom random)
    {
        StringBuilder form = new();
        for (int i = random.Below(4); i > 0; i--) form.Append(random.Pick(Parts));
        form.Append("\r\n--").Append(Boundary).Append("--");
        if (random.OneIn(2)) form.Remove(0, 2);
        for (int i = random.Below(5); i > 0; i--)
        {
            int at = random.Below(form.Length + 1);
            if (random.OneIn(3)) form.Remove(at, Math.Min(1 + random.Below(6), form.Length - at));
            else form.Insert(at, random.Pick(Pieces));
        }

        return random.OneIn(8) ? Join(random, Pieces, 20) : form.ToString();
    }

    private static string Join(FuzzRandom random, string[] pieces, int most)
    {
        StringBuilder text = new();
        for (int i = random.Below(most); i > 0; i--) text.Append(random.Pick(pieces));
        return text.ToString();
    }

    private static async Task<string> ReadAsync(Stream content, bool isMultipart)
    {
        string type = isMultipart ? $"multipart/form-data; boundary={Boundary}" : "application/x-www-form-urlencoded";
        HttpRequest request = new("POST", "/", content, ("Content-Type", type));
        StringBuilder shown = new();
        try
        {
            if (isMultipart) await ShowAsync(request.ReadMultipart(), shown);
            else foreach ((string name, string value) in await request.ReadFormAsync()) shown.Append(name).Append('=')
                .Append(value).Append('\n');
        }
        catch (RequestRejectedException exception)
        {
            return shown.Append(exception.StatusCode).ToString();
        }

        return shown.Append("end").ToString();
    }

    private static async Task ShowAsync(MultipartReader parts, StringBuilder shown)
    {
        while (await parts.ReadAsync() is { } part)
        {
            using MemoryStream body = new();
            await part.Body.CopyToAsync(body);
            string name = part.FileName is null ? part.Name : $"{part.Name}:{part.FileName}";
            shown.Append(name).Append('=').Append(Encoding.Latin1.GetString(body.ToArray())).Append('\n');
        }
    }
}
