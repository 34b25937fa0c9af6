using System.Buffers;
using System.Diagnostics;
using System.Text;
using Pwb.Protocol;

namespace Pwb.Telemetry;

/// <summary>
/// The span that a request belongs to, if it names one: W3C Trace Context, traceparent and tracestate. Checked here, because
/// <see cref="ActivityContext.TryParse(string?, string?, bool, out ActivityContext)"/> takes any separators and any tracestate.
/// </summary>
internal static class TraceContext
{
    private const int ParentLength = 55; // version 00: 2 digits, 32, 16 and 2, with dashes between
    private const int MaxMembers = 32;
    private const int MaxKeyLength = 256;
    private const int MaxValueLength = 256;

    private static readonly SearchValues<byte> LowerHex = SearchValues.Create("0123456789abcdef"u8);
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-*/@");

    /// <summary>The context of a request's parent; default without a valid one.</summary>
    public static ActivityContext Read(HttpFields headers)
    {
        ReadOnlySpan<byte> parent = default;
        int parents = 0;
        string? state = null;
        foreach (FieldLine line in headers)
        {
            if (Ascii.EqualsIgnoreCase(line.Name, "traceparent"u8))
            {
                parent = line.Value;
                parents++;
            }
            else if (Ascii.EqualsIgnoreCase(line.Name, "tracestate"u8))
            {
                state ??= headers["tracestate"];
            }
        }

        if (parents != 1 || !IsParent(parent)) return default;
        return new ActivityContext(
            ActivityTraceId.CreateFromUtf8String(parent[3..35]),
            ActivitySpanId.CreateFromUtf8String(parent[36..52]),
            (ActivityTraceFlags)Grammar.HexValue(parent[54]) & ActivityTraceFlags.Recorded,
            IsState(state) ? state : null,
            isRemote: true);
    }

    // A later version may append something behind a dash. The part before it is read as version 00.
    private static bool IsParent(ReadOnlySpan<byte> parent)
    {
        if (parent.Length < ParentLength || !IsLowerHex(parent[..2]) || parent.StartsWith("ff"u8)) return false;
        if (parent.Length > ParentLength && (parent.StartsWith("00"u8) || parent[ParentLength] != '-')) return false;
        return parent[2] == '-' && IsId(parent[3..35]) && parent[35] == '-' && IsId(parent[36..52]) && parent[52] == '-'
            && IsLowerHex(parent[53..55]);
    }

    private static bool IsId(ReadOnlySpan<byte> id) => IsLowerHex(id) && id.ContainsAnyExcept((byte)'0');

    private static bool IsLowerHex(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(LowerHex);

    // An invalid tracestate is dropped, and the parent stays: https://www.w3.org/TR/trace-context/#tracestate-header.
    private static bool IsState(ReadOnlySpan<char> state)
    {
        int members = 0;
        foreach (Range range in state.Split(','))
        {
            ReadOnlySpan<char> member = state[range].Trim(" \t");
            if (member.IsEmpty) continue;
            if (++members > MaxMembers || !IsMember(member)) return false;
        }

        return members > 0;
    }

    private static bool IsMember(ReadOnlySpan<char> member)
    {
        int equals = member.IndexOf('=');
        if (equals is <= 0 or > MaxKeyLength || !(char.IsAsciiLetterLower(member[0]) || char.IsAsciiDigit(member[0])))
            return false;

        ReadOnlySpan<char> value = member[(equals + 1)..];
        return !member[..equals].ContainsAnyExcept(KeyCharacters)
            && value.Length is > 0 and <= MaxValueLength && !value.ContainsAnyExceptInRange(' ', '~') && !value.Contains('=');
    }
}
