using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace Notes;

internal sealed record Draft(string Title, string Text);
internal sealed record NoteFile(int Id, string Name, long Length);
internal sealed record Note(int Id, int Version, string Title, string Text, IReadOnlyList<NoteFile> Files);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(Note[]))]
internal sealed partial class NotesJson : JsonSerializerContext;

/// <summary>The notes, in memory, and their files, in a folder. It knows nothing of HTTP.</summary>
internal sealed class NoteBook(string folder)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, Note> _notes = [];
    private readonly ConcurrentDictionary<Channel<SseItem<string>>, bool> _watchers = new();
    private int _last;

    public Note[] Find(string words)
    {
        string[] all = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool HasAll(Note note) => all.All(word => $"{note.Title} {note.Text}".Contains(word, StringComparison.OrdinalIgnoreCase));
        lock (_lock) return [.. _notes.Values.Reverse().Where(HasAll)];
    }

    public Note? Get(int id)
    {
        lock (_lock) return _notes.GetValueOrDefault(id);
    }

    public Note Add(Draft draft)
    {
        Note note = new(Interlocked.Increment(ref _last), 1, draft.Title, draft.Text, []);
        lock (_lock) _notes.Add(note.Id, note);
        Tell("added", note.Id);
        return note;
    }

    /// <summary>Null if there is no such note, or if the change is null.</summary>
    public Note? Change(int id, Func<Note, Note?> change)
    {
        Note? changed;
        lock (_lock)
        {
            if (!_notes.TryGetValue(id, out Note? note) || change(note) is not { } made) return null;
            _notes[id] = changed = made with { Version = note.Version + 1 };
        }
        Tell("changed", id);
        return changed;
    }

    public bool Remove(int id)
    {
        Note? removed;
        lock (_lock) if (!_notes.Remove(id, out removed)) return false;
        foreach (NoteFile file in removed.Files) File.Delete(PathOf(file.Id));
        Tell("removed", id);
        return true;
    }

    /// <summary>Adds a file to a note. The name is text: on the disk it is a number. Half a file is deleted again.</summary>
    public async Task AttachAsync(int id, string name, Stream content, CancellationToken cancellationToken)
    {
        int number = Interlocked.Increment(ref _last);
        bool isKept = false;
        try
        {
            await using (FileStream file = File.Create(PathOf(number))) await content.CopyToAsync(file, cancellationToken);
            NoteFile kept = new(number, name, new FileInfo(PathOf(number)).Length);
            isKept = Change(id, note => note with { Files = [.. note.Files, kept] }) is not null;
        }
        finally
        {
            if (!isKept) File.Delete(PathOf(number));
        }
    }

    public string PathOf(int file) => Path.Combine(folder, $"{file}");

    /// <summary>What happens from now on: the number of a note, and what became of it.</summary>
    public async IAsyncEnumerable<SseItem<string>> WatchAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Who is slow misses items, and holds nobody up.
        var watcher = Channel.CreateBounded<SseItem<string>>(
            new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[watcher] = true;
        try
        {
            await foreach (SseItem<string> item in watcher.Reader.ReadAllAsync(cancellationToken)) yield return item;
        }
        finally
        {
            _watchers.TryRemove(watcher, out _);
        }
    }

    private void Tell(string what, int id)
    {
        foreach (Channel<SseItem<string>> watcher in _watchers.Keys) watcher.Writer.TryWrite(new SseItem<string>($"{id}", what));
    }
}
