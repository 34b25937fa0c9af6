namespace Pwb.Fuzz.Reference;

/// <summary>The content of one request as far as it can be had, and why it ends early if it does.</summary>
internal sealed class ReferenceContent
{
    public List<byte> Bytes { get; } = [];

    public List<ReferenceField> Trailers { get; private set; } = [];

    public RefusedException? Failure { get; private set; }

    public static ReferenceContent Read(ByteCursor cursor, ReferenceHead head, PwbServerLimits limits)
    {
        ReferenceContent content = new();
        try
        {
            if (head.IsChunked)
                content.ReadChunks(cursor, limits);
            else
                content.ReadExactly(cursor, head.ContentLength ?? 0);
        }
        catch (RefusedException failure)
        {
            content.Failure = failure;
        }

        return content;
    }

    private void ReadExactly(ByteCursor cursor, long count)
    {
        byte[] bytes = cursor.TakeUpTo(count);
        Bytes.AddRange(bytes);
        if (bytes.Length < count)
            throw new RefusedException("content ends too early", 400);
    }

    private void ReadChunks(ByteCursor cursor, PwbServerLimits limits)
    {
        long declared = 0;
        int extensionsLeft = limits.MaxChunkExtensionsLength;
        while (true)
        {
            long size = ChunkLine.Read(cursor, limits.MaxChunkLineLength, ref extensionsLeft);
            if (size == 0)
                break;

            if (size > limits.MaxContentLength - declared)
                throw new RefusedException("content too large", 413);
            declared += size;

            ReadExactly(cursor, size);
            cursor.TakeCrLf();
        }

        Trailers = FieldSection.Read(
            cursor, limits.MaxTrailerSectionLength, limits.MaxTrailerFieldLines, overLimit: 400,
            checkMeaning: (_, field) => LineRules.CheckTrailer(field));
    }
}
