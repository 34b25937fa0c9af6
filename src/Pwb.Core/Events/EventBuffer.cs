using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Pwb.Events;

/// <summary>Renders the items of one stream as WHATWG HTML §9.2.6 has them, into memory that is used again.</summary>
/// <param name="format">Writes the data of an item, as UTF-8.</param>
internal sealed class EventBuffer<T>(Action<T, IBufferWriter<byte>> format)
{
    // The memory of a large item is not kept for small ones behind it.
    private const int MaxKept = 64 * 1024;

    private static ReadOnlySpan<byte> LineBreaks => "\r\n"u8;

    private ArrayBufferWriter<byte> _text = new();

    /// <summary>The lines of an item. Valid until the next.</summary>
    /// <exception cref="InvalidOperationException">Its id holds a NUL, for which clients ignore it.</exception>
    public ReadOnlyMemory<byte> Render(in SseItem<T> item)
    {
        if (_text.Capacity > MaxKept) _text = new ArrayBufferWriter<byte>();
        BeginItem(item);

        // Most data is one line, such as JSON. It is written where it belongs, so that it is in memory once while a slow client
        // is waited for.
        int start = _text.WrittenCount;
        format(item.Data, _text);
        ReadOnlySpan<byte> data = _text.WrittenSpan[start..];
        if (data.ContainsAny(LineBreaks)) AppendLines(item, data);
        _text.Write("\n"u8);
        if (item.EventId is { } id)
        {
            if (id.Contains('\0', StringComparison.Ordinal))
                throw new InvalidOperationException("The id of an event holds a NUL.");
            AppendField("id: "u8, id);
        }

        if (item.ReconnectionInterval is { } interval) AppendRetry((long)interval.TotalMilliseconds);
        _text.Write("\n"u8);
        return _text.WrittenMemory;
    }

    private void BeginItem(in SseItem<T> item)
    {
        _text.ResetWrittenCount();

        // An item of the default type has no event field.
        if (!string.Equals(item.EventType, SseParser.EventTypeDefault, StringComparison.Ordinal))
            AppendField("event: "u8, item.EventType);
        _text.Write("data: "u8);
    }

    // Types and ids have no line breaks: SseItem refuses them.
    private void AppendField(ReadOnlySpan<byte> name, string value)
    {
        _text.Write(name);
        Encoding.UTF8.GetBytes(value, _text);
        _text.Write("\n"u8);
    }

    // CR, LF and CRLF each end a line for a reader of the stream, so a new data line begins behind each.
    private void AppendLines(in SseItem<T> item, ReadOnlySpan<byte> data)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(copy);
        ReadOnlySpan<byte> left = copy.AsSpan(0, data.Length);
        BeginItem(item);
        for (int end; (end = left.IndexOfAny(LineBreaks)) >= 0;)
        {
            _text.Write(left[..end]);
            _text.Write("\ndata: "u8);
            left = left[(end + (left[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }

        _text.Write(left);
        ArrayPool<byte>.Shared.Return(copy);
    }

    private void AppendRetry(long milliseconds)
    {
        _text.Write("retry: "u8);
        Utf8Formatter.TryFormat(milliseconds, _text.GetSpan(20), out int digits);
        _text.Advance(digits);
        _text.Write("\n"u8);
    }
}
