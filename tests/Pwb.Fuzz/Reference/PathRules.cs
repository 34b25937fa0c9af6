using System.Text;

namespace Pwb.Fuzz.Reference;

/// <summary>Rule R4a: the normal path.</summary>
internal static class PathRules
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The normal path of a path whose escapes are whole; refuses one that leads above the root or is not UTF-8.
    /// </summary>
    public static string Normalize(string path)
    {
        List<string> segments = [];
        string[] parts = path.Length > 0 ? path[1..].Split('/') : [""];
        for (int i = 0; i < parts.Length; i++)
        {
            string segment = Decode(parts[i], mayEndEarly: false);
            bool isDots = segment is "." or "..";
            if (segment is "..")
            {
                if (segments.Count == 0)
                    throw new RefusedException("a path above the root", 400);
                segments.RemoveAt(segments.Count - 1);
            }

            if (!isDots)
                segments.Add(segment);
            else if (i == parts.Length - 1)
                segments.Add("");
        }

        return "/" + string.Join('/', segments);
    }

    /// <summary>Refuses what no further byte could make right.</summary>
    public static void CheckStart(string start)
    {
        int last = start.LastIndexOf('/');
        if (last > 0)
            Normalize(start[..last]);
        Decode(start[(last + 1)..], mayEndEarly: true);
    }

    // The escapes stand one for a byte; an escaped slash stays as it is.
    private static string Decode(string segment, bool mayEndEarly)
    {
        List<byte> bytes = [];
        int i = 0;
        while (i < segment.Length)
        {
            if (segment[i] != '%')
            {
                bytes.Add((byte)segment[i++]);
                continue;
            }

            if (i + 2 >= segment.Length)
                break;
            byte value = Convert.ToByte(segment.Substring(i + 1, 2), 16);
            bytes.AddRange(value == '/' ? "%2F"u8.ToArray() : [value]);
            i += 3;
        }

        // A character may be in the middle of its bytes where the text has been cut behind an escape, and nowhere else.
        bool mayBeCut = mayEndEarly && (segment.Length - i > 0 || (segment.Length >= 3 && segment[^3] == '%'));
        try
        {
            Decoder decoder = Strict.GetDecoder();
            char[] text = new char[bytes.Count];
            return new string(text, 0, decoder.GetChars([.. bytes], 0, bytes.Count, text, 0, flush: !mayBeCut));
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException("a path that is not UTF-8", 400);
        }
    }
}
