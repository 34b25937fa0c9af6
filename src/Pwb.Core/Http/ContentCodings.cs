using System.Text;
using Pwb.Protocol;

namespace Pwb.Http;

/// <summary>The names of the content codings, and the choice of one: RFC 9110 §12.5.3.</summary>
internal static class ContentCodings
{
    // of enum values a span would be a new array each time
    private static readonly ContentCoding[] InOrder = [ContentCoding.Brotli, ContentCoding.Zstandard, ContentCoding.Gzip];

    /// <summary>
    /// All codings except Identity, in the order of preference when the client has none: usually the smallest first.
    /// </summary>
    public static ReadOnlySpan<ContentCoding> Preferred => InOrder;

    /// <summary>The name in Content-Encoding.</summary>
    public static string Name(this ContentCoding coding) => coding switch
    {
        ContentCoding.Brotli => "br",
        ContentCoding.Zstandard => "zstd",
        ContentCoding.Gzip => "gzip",
        _ => "identity",
    };

    /// <summary>The coding of a name, except Identity.</summary>
    public static bool TryParse(string name, out ContentCoding coding)
    {
        coding = Array.Find(InOrder, known => string.Equals(known.Name(), name, StringComparison.OrdinalIgnoreCase));
        return coding != ContentCoding.Identity;
    }

    /// <summary>The extension of a neighbour in this coding.</summary>
    public static string FileExtension(this ContentCoding coding) => coding switch
    {
        ContentCoding.Brotli => ".br",
        ContentCoding.Zstandard => ".zst",
        ContentCoding.Gzip => ".gz",
        _ => "",
    };

    /// <summary>The available coding that the client prefers.</summary>
    /// <param name="acceptEncoding">The value of Accept-Encoding, all lines of it.</param>
    /// <param name="hasField">
    /// Whether there was one. Without, a client takes anything, but may not know it: it gets the file itself.
    /// </param>
    /// <param name="available">The codings that there are beside Identity.</param>
    public static ContentCoding Choose(ReadOnlySpan<byte> acceptEncoding, bool hasField, ContentCoding available)
    {
        if (!hasField || available == ContentCoding.Identity) return ContentCoding.Identity;

        Weights weights = Read(acceptEncoding);
        ContentCoding best = ContentCoding.Identity;
        int bestWeight = 0;
        foreach (ContentCoding coding in Preferred)
        {
            int weight = weights.Of(coding);
            if ((available & coding) == ContentCoding.Identity || weight <= bestWeight) continue;
            best = coding;
            bestWeight = weight;
        }

        // Identity is acceptable without mention, and then ranks below every mentioned coding. If nothing is acceptable, not even
        // Identity, the field is ignored and no 406 is sent: RFC 9110 §12.4.1 allows both.
        return weights.Identity > bestWeight ? ContentCoding.Identity : best;
    }

    private static Weights Read(ReadOnlySpan<byte> acceptEncoding)
    {
        Weights weights = new();
        foreach (ReadOnlySpan<byte> member in new FieldList(acceptEncoding))
        {
            int semicolon = member.IndexOf((byte)';');
            ReadOnlySpan<byte> name = semicolon < 0 ? member : Grammar.TrimWhiteSpace(member[..semicolon]);

            // A coding with a malformed weight counts as not wanted.
            if (semicolon < 0 || !Weight.TryParse(Grammar.TrimWhiteSpace(member[(semicolon + 1)..]), out int weight))
                weight = semicolon < 0 ? Weight.Max : 0;
            weights.Add(name, weight);
        }

        return weights;
    }

    /// <summary>The client's weight for each coding, in thousandths; -1 for an unmentioned one.</summary>
    private struct Weights()
    {
        private int _any = -1;
        private int _brotli = -1;
        private int _zstandard = -1;
        private int _gzip = -1;

        private int _identity = -1;

        public readonly int Identity => _identity >= 0 ? _identity : _any;

        /// <summary>The weight of a coding, or else of "*".</summary>
        public readonly int Of(ContentCoding coding)
        {
            int weight = coding switch
            {
                ContentCoding.Brotli => _brotli,
                ContentCoding.Zstandard => _zstandard,
                _ => _gzip,
            };
            return weight >= 0 ? weight : _any;
        }

        public void Add(ReadOnlySpan<byte> name, int weight)
        {
            if (Is(name, "gzip"u8) || Is(name, "x-gzip"u8)) Lower(ref _gzip, weight); // RFC 9110 §8.4.1.3: the same
            else if (Is(name, "br"u8)) Lower(ref _brotli, weight);
            else if (Is(name, "zstd"u8)) Lower(ref _zstandard, weight);
            else if (Is(name, "identity"u8)) Lower(ref _identity, weight);
            else if (name.SequenceEqual("*"u8)) Lower(ref _any, weight);
        }

        // RFC 9110 §8.4.1
        private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> coding) => Ascii.EqualsIgnoreCase(name, coding);

        /// <summary>Of two weights for one coding the lower counts: a coding that is refused once is not sent.</summary>
        private static void Lower(ref int known, int weight) => known = known < 0 ? weight : Math.Min(known, weight);
    }
}
