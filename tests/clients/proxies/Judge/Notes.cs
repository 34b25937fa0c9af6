using System.Text.Json;

namespace Judge;

/// <summary>Lines of JSON on the standard output, each written as a whole before <see cref="Write"/> returns.</summary>
internal sealed class Notes
{
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Lock _lock = new();

    public void Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (_lock)
        {
            _output.Write(line.ToArray());
            _output.Flush();
        }
    }
}
