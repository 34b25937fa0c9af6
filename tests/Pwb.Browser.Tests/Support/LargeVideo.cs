using System.Buffers.Binary;

namespace Pwb.Browser.Support;

/// <summary>
/// Makes a large video of a small one: it puts a large gap into the middle of its content, and one behind it, so that
/// whoever jumps has to ask for
/// that part of the file. (ISO/IEC 14496-12: a file is a sequence of boxes; "mdat" has the content, and "stco" says where in
/// the file its chunks begin.)
/// </summary>
internal static class LargeVideo
{
    /// <summary>Where the second half begins is not before this.</summary>
    public const int GapLength = 16 * 1024 * 1024;

    public static void Write(string source, string destination)
    {
        byte[] file = File.ReadAllBytes(source);
        int content = file.AsSpan().LastIndexOf("mdat"u8) - sizeof(int); // the last box, and its length stands before its name
        List<int> entries = FindChunkOffsets(file.AsSpan(0, content));
        int[] chunks = [.. entries.Select(entry => BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(entry))).Order()];
        int middle = chunks[chunks.Length / 2];

        foreach (int entry in entries)
        {
            int offset = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(entry));
            if (offset >= middle) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(entry), offset + GapLength);
        }

        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(content), file.Length - content + (2 * GapLength));
        using FileStream output = File.Create(destination);
        output.Write(file.AsSpan(0, middle));
        output.Seek(GapLength, SeekOrigin.Current);
        output.Write(file.AsSpan(middle));
        output.SetLength(output.Length + GapLength);
    }

    /// <summary>Where the offset of each chunk of each track stands.</summary>
    private static List<int> FindChunkOffsets(ReadOnlySpan<byte> head)
    {
        const int CountAt = 8, EntriesAt = 12; // behind the box's name, a version and flags
        List<int> entries = [];
        int start = 0;
        while (head[start..].IndexOf("stco"u8) is >= 0 and int found)
        {
            start += found;
            int count = BinaryPrimitives.ReadInt32BigEndian(head[(start + CountAt)..]);
            for (int i = 0; i < count; i++) entries.Add(start + EntriesAt + (i * sizeof(int)));
            start += EntriesAt;
        }

        return entries;
    }
}
