namespace Pwb.Tests.Infrastructure;

/// <summary>How a response body behaves.</summary>
internal enum BodyEnd
{
    /// <summary>It writes what it declared, or what it likes if it declared nothing.</summary>
    Whole,

    /// <summary>It throws, or writes too little, when part of it must be on the wire already.</summary>
    CutAfterFlush,

    /// <summary>It throws, or writes too little, when nothing need be on the wire yet.</summary>
    CutBeforeFlush,

    /// <summary>It throws before it has written anything.</summary>
    CutAtOnce,

    /// <summary>It writes more than it declared.</summary>
    TooLong,
}

/// <summary>A kind of response body, and what has to become of it: the rows of the response matrix.</summary>
internal sealed record BodyCase(string Name, byte[] Content, long? Length, BodyEnd End, Func<ResponseBody> Make)
{
    private static readonly byte[] Ten = "0123456789"u8.ToArray();
    private static readonly byte[] Large = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i % 251))];

    public static IReadOnlyList<BodyCase> All { get; } =
    [
        new("empty", [], 0, BodyEnd.Whole, () => ResponseBody.Empty),
        new("bytes", Ten, 10, BodyEnd.Whole, () => ResponseBody.From(Ten)),
        new("a string", Ten, 10, BodyEnd.Whole, () => ResponseBody.From("0123456789")),
        new("many bytes", Large, Large.Length, BodyEnd.Whole, () => ResponseBody.From(Large)),
        new("a stream of known length", Ten, 10, BodyEnd.Whole, () => ResponseBody.From(new PlainStream(Ten), 10)),
        new("a stream of known length 0", [], 0, BodyEnd.Whole, () => ResponseBody.From(new PlainStream([]), 0)),
        new("a long stream of known length", Large, Large.Length, BodyEnd.Whole,
            () => ResponseBody.From(new PlainStream(Large), Large.Length)),
        new("a stream of unknown length", Ten, null, BodyEnd.Whole, () => ResponseBody.From(new PlainStream(Ten))),
        new("an empty stream of unknown length", [], null, BodyEnd.Whole, () => ResponseBody.From(new PlainStream([]))),
        new("a long stream of unknown length", Large, null, BodyEnd.Whole, () => ResponseBody.From(new PlainStream(Large))),
        new("pushed, of known length", Ten, 10, BodyEnd.Whole, () => Push(10, Ten[..4], Ten[4..])),
        new("pushed, of unknown length", Ten, null, BodyEnd.Whole, () => Push(null, Ten[..4], Ten[4..])),
        new("pushed and flushed, of known length", Ten, 10, BodyEnd.Whole, () => Push(10, Ten[..4], null, Ten[4..], null)),
        new("pushed and flushed, of unknown length", Ten, null, BodyEnd.Whole,
            () => Push(null, null, Ten[..4], null, [], Ten[4..], null, null)),
        new("pushed without a byte, of unknown length", [], null, BodyEnd.Whole, () => Push(null)),
        new("pushed at length, of known length", Large, Large.Length, BodyEnd.Whole,
            () => Push(Large.Length, Large[..1], Large[1..70_000], Large[70_000..])),
        new("pushed at length, of unknown length", Large, null, BodyEnd.Whole,
            () => Push(null, Large[..1], Large[1..70_000], Large[70_000..])),

        new("throws at once, of known length", [], 10, BodyEnd.CutAtOnce, () => Failing(10)),
        new("throws at once, of unknown length", [], null, BodyEnd.CutAtOnce, () => Failing(null)),
        new("throws half-way, of known length", Ten, 10, BodyEnd.CutBeforeFlush, () => Failing(10, Ten[..5])),
        new("throws half-way, of unknown length", Ten, null, BodyEnd.CutBeforeFlush, () => Failing(null, Ten[..5])),
        new("throws half-way after a flush, of known length", Ten, 10, BodyEnd.CutAfterFlush, () => Failing(10, Ten[..5], null)),
        new("throws half-way after a flush, of unknown length", Ten, null, BodyEnd.CutAfterFlush,
            () => Failing(null, Ten[..5], null)),
        new("throws after flushing the head, of known length", Ten, 10, BodyEnd.CutAfterFlush, () => Failing(10, [null])),
        new("throws after flushing the head, of unknown length", Ten, null, BodyEnd.CutAfterFlush, () => Failing(null, [null])),
        new("throws after a flush of all, of unknown length", Ten, null, BodyEnd.CutAfterFlush, () => Failing(null, Ten, null)),
        new("throws late, of known length", Large, Large.Length, BodyEnd.CutAfterFlush, () => Failing(Large.Length, Large[..^1])),
        new("throws late, of unknown length", Large, null, BodyEnd.CutAfterFlush, () => Failing(null, Large)),
        new("too short", Ten, 10, BodyEnd.CutBeforeFlush, () => Push(10, Ten[..9])),
        new("too short without a byte", Ten, 10, BodyEnd.CutBeforeFlush, () => Push(10)),
        new("too short after a flush", Ten, 10, BodyEnd.CutAfterFlush, () => Push(10, Ten[..9], null)),
        new("a stream that is too short", Ten, 10, BodyEnd.CutBeforeFlush,
            () => ResponseBody.From(new PlainStream(Ten[..9]), 10)),
        new("a long stream that is too short", Large, Large.Length, BodyEnd.CutAfterFlush,
            () => ResponseBody.From(new PlainStream(Large[..^1]), Large.Length)),
        new("a stream that throws, of known length", Ten, 10, BodyEnd.CutBeforeFlush,
            () => ResponseBody.From(new PlainStream(Ten, failsAt: 5), 10)),
        new("a stream that throws, of unknown length", Ten, null, BodyEnd.CutBeforeFlush,
            () => ResponseBody.From(new PlainStream(Ten, failsAt: 5))),
        new("a long stream that throws, of unknown length", Large, null, BodyEnd.CutAfterFlush,
            () => ResponseBody.From(new PlainStream(Large, failsAt: 299_999))),
        new("too long", Ten, 10, BodyEnd.TooLong, () => Push(10, [.. Ten, .. Ten])),
        new("too long by one, in a write of its own", Ten, 10, BodyEnd.TooLong, () => Push(10, Ten, "x"u8.ToArray())),
        new("too long after a flush", Ten, 10, BodyEnd.TooLong, () => Push(10, Ten[..5], null, [.. Ten[5..], (byte)'x'])),
        new("too long where none was declared", [], 0, BodyEnd.TooLong, () => Push(0, "x"u8.ToArray())),
        new("too long and deaf to exceptions", Ten, 10, BodyEnd.TooLong,
            () => ResponseBody.Push(async (output, cancellationToken) =>
            {
                await output.WriteAsync(Ten.AsMemory(0, 5), cancellationToken);
                try
                {
                    await output.WriteAsync(Ten.AsMemory(), cancellationToken);
                }
                catch (Exception refused) when (refused is IOException or InvalidOperationException)
                {
                    // It goes on as if nothing had been; with the bytes that were refused, the content is not what it looks like.
                }

                await output.WriteAsync(Ten.AsMemory(5, 5), cancellationToken);
            }, 10)),
    ];

    public override string ToString() => Name;

    // Writes the pieces; null is a flush.
    private static ResponseBody Push(long? length, params byte[]?[] pieces) =>
        ResponseBody.Push((output, cancellationToken) => WriteAsync(output, pieces, cancellationToken), length);

    private static ResponseBody Failing(long? length, params byte[]?[] pieces) => ResponseBody.Push(
        async (output, cancellationToken) =>
        {
            await WriteAsync(output, pieces, cancellationToken);
            throw new InvalidDataException("The secret of the body.");
        },
        length);

    private static async ValueTask WriteAsync(Stream output, byte[]?[] pieces, CancellationToken cancellationToken)
    {
        foreach (byte[]? piece in pieces)
        {
            if (piece is null) await output.FlushAsync(cancellationToken);
            else await output.WriteAsync(piece, cancellationToken);
        }
    }
}
