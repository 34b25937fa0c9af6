using System.IO.Compression;

namespace Pwb.Compare;

/// <summary>The files that are served: four sizes of noise, and twenty of text with precompressed variants.</summary>
internal static class TestFiles
{
    public const int MixedCount = 20;

    private static readonly (string Name, int Length)[] Sizes = [
        ("4k.bin", 4 << 10), ("100k.bin", 100 << 10), ("1m.bin", 1 << 20), ("100m.bin", 100 << 20)];

    private static readonly string[] Words = [
        "request", "response", "field", "value", "content", "length", "host", "date", "server", "range", "token", "connection"];

    /// <summary>Writes those that are not there, always the same.</summary>
    public static void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach ((string name, int length) in Sizes)
        {
            string file = Path.Combine(directory, name);
            if (File.Exists(file)) continue;

            byte[] content = new byte[length];
            new Random(length).NextBytes(content);
            File.WriteAllBytes(file, content);
        }

        for (int i = 0; i < MixedCount; i++)
        {
            string file = Path.Combine(directory, MixedName(i));
            if (File.Exists(file)) continue;

            // From 1 KB to 380 KB, most of them small, as on a web page.
            Random random = new(i);
            using StreamWriter writer = File.CreateText(file);
            for (int length = 1000 * ((i * i) + 1); length > 0;)
            {
                string word = Words[random.Next(Words.Length)];
                writer.Write(word);
                writer.Write(' ');
                length -= word.Length + 1;
            }

            writer.Close();
            byte[] content = File.ReadAllBytes(file);
            using GZipStream zip = new(File.Create(file + ".gz"), CompressionLevel.SmallestSize);
            zip.Write(content);
        }
    }

    private static string MixedName(int index) => $"mixed{index}.{(index % 3) switch { 0 => "html", 1 => "css", _ => "js" }}";
}
