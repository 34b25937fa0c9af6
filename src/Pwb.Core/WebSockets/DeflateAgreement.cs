using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pwb.Protocol;

namespace Pwb.WebSockets;

/// <summary>
/// What is agreed upon about permessage-deflate (RFC 7692). Each message is compressed on its own, in both directions, so that a
/// connection holds no window between two messages, and what is guessed in one message shows nothing of another.
/// </summary>
/// <param name="ServerMaxWindowBits">The largest window for what is sent, as a power of two.</param>
internal readonly record struct DeflateAgreement(int ServerMaxWindowBits)
{
    private const int LeastWindowBits = 8, MostWindowBits = 15;

    /// <summary>The value of Sec-WebSocket-Extensions in the response (RFC 7692 §7.1).</summary>
    public string FieldValue
    {
        get
        {
            const string own = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
            return ServerMaxWindowBits == MostWindowBits
                ? own
                : string.Create(CultureInfo.InvariantCulture, $"{own}; server_max_window_bits={ServerMaxWindowBits}");
        }
    }

    /// <summary>Chooses the first offer of permessage-deflate that can be agreed to. Other extensions are passed over.</summary>
    /// <param name="fields">The fields of the request.</param>
    /// <param name="chosen">What to agree to; null if nothing was offered that can be.</param>
    /// <returns>Whether the offers are well-formed: RFC 6455 §9.1.</returns>
    public static bool TryChoose(HttpFields fields, out DeflateAgreement? chosen)
    {
        chosen = null;
        foreach (FieldLine line in fields)
        {
            if (!Ascii.EqualsIgnoreCase(line.Name, "Sec-WebSocket-Extensions"u8)) continue;
            FieldList offers = new(line.Value);
            bool isEmpty = true;
            while (offers.MoveNext())
            {
                isEmpty = false;
                if (!TryRead(offers.Current, out DeflateAgreement? offer)) return false;
                chosen ??= offer;
            }

            if (isEmpty || offers.IsCutShort) return false;
        }

        return true;
    }

    // extension-token *( ";" token [ "=" ( token / quoted-string ) ] ), where the text between the quotes is a token too, so that
    // no comma or semicolon stands in it.
    private static bool TryRead(ReadOnlySpan<byte> offer, out DeflateAgreement? agreement)
    {
        agreement = null;
        bool isDeflate = false, isFirst = true, isAcceptable = true;
        Parameters seen = default;
        int serverBits = MostWindowBits;
        foreach (Range range in offer.Split((byte)';'))
        {
            ReadOnlySpan<byte> part = Grammar.TrimWhiteSpace(offer[range]);
            int equals = isFirst ? -1 : part.IndexOf((byte)'=');
            ReadOnlySpan<byte> name = equals < 0 ? part : Grammar.TrimWhiteSpace(part[..equals]);
            ReadOnlySpan<byte> value = equals < 0 ? default : Unquote(Grammar.TrimWhiteSpace(part[(equals + 1)..]));
            if (!Grammar.IsToken(name) || (equals >= 0 && !Grammar.IsToken(value))) return false;

            if (isFirst) isDeflate = name.SequenceEqual("permessage-deflate"u8);
            else isAcceptable &= IsAcceptable(name, equals >= 0, value, ref seen, ref serverBits);
            isFirst = false;
        }

        // The runtime's compressor has no window of 256 bytes.
        if (isDeflate && isAcceptable && serverBits > LeastWindowBits) agreement = new DeflateAgreement(serverBits);
        return true;
    }

    private static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value) =>
        value is [(byte)'"', .. var text, (byte)'"'] ? text : value;

    // RFC 7692 §7.1: an offer with an unknown parameter, one that is there twice, or a value that is none, is declined.
    private static bool IsAcceptable(
        ReadOnlySpan<byte> name, bool hasValue, ReadOnlySpan<byte> value, ref Parameters seen, ref int serverBits)
    {
        Parameters parameter =
            name.SequenceEqual("server_no_context_takeover"u8) ? Parameters.ServerNoContextTakeover
            : name.SequenceEqual("client_no_context_takeover"u8) ? Parameters.ClientNoContextTakeover
            : name.SequenceEqual("server_max_window_bits"u8) ? Parameters.ServerMaxWindowBits
            : name.SequenceEqual("client_max_window_bits"u8) ? Parameters.ClientMaxWindowBits
            : Parameters.None;
        if (parameter == Parameters.None || seen.HasFlag(parameter)) return false;

        seen |= parameter;
        if (parameter is Parameters.ServerNoContextTakeover or Parameters.ClientNoContextTakeover) return !hasValue;
        if (parameter == Parameters.ClientMaxWindowBits && !hasValue) return true;
        bool isNumber = Utf8Parser.TryParse(value, out int bits, out int length) && length == value.Length
            && char.IsAsciiDigit((char)value[0]) && value[0] != '0' && bits is >= LeastWindowBits and <= MostWindowBits;
        if (isNumber && parameter == Parameters.ServerMaxWindowBits) serverBits = bits;
        return isNumber;
    }

    [Flags]
    private enum Parameters
    {
        None = 0,
        ServerNoContextTakeover = 1,
        ClientNoContextTakeover = 2,
        ServerMaxWindowBits = 4,
        ClientMaxWindowBits = 8,
    }
}
