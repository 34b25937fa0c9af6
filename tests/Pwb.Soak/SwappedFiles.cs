using System.Text;

namespace Pwb.Soak;

/// <summary>
/// A folder of files that are replaced all the time. Each consists of one letter, again and again, so
/// that an answer that mixes two
/// versions shows.
/// </summary>
internal sealed class SwappedFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-soak-");
    private readonly (string Name, int Length)[] _files = [("small.txt", 1000), ("medium.txt", 60_000), ("large.txt", 700_000)];

    public SwappedFiles()
    {
        for (int i = 0; i < _files.Length; i++) Replace(i);
    }

    public string Folder => _folder.FullName;

    /// <summary>Replaces one of the files, by renaming, with another letter and another length.</summary>
    public Task<bool> ReplaceAsync(int number)
    {
        Replace(number);
        return Task.FromResult(true);
    }

    /// <summary>Asks for a file, on a connection of its own.</summary>
    /// <returns>Whether it came whole, and of one version.</returns>
    public async Task<bool> GetAsync(HttpClient client, int number)
    {
        using HttpResponseMessage response = await client.GetAsync(
            new Uri(_files[number % _files.Length].Name, UriKind.Relative));
        byte[] content = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode && content.Length > 0 && !content.AsSpan().ContainsAnyExcept(content[0]);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private void Replace(int number)
    {
        (string name, int length) = _files[number % _files.Length];
        string next = Path.Combine(Folder, $".{name}.next");
        File.WriteAllText(next, new string((char)('a' + (number % 26)), length + (number % 100)), Encoding.ASCII);
        File.Move(next, Path.Combine(Folder, name), overwrite: true);
    }
}
