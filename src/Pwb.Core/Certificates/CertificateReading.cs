using System.Runtime.ExceptionServices;

namespace Pwb.Certificates;

/// <summary>One attempt to read the files of a certificate, which may hang.</summary>
internal sealed class CertificateReading(string[] paths)
{
    // No certificate is that long. A longer file, such as an endless device, is a wrong path.
    private const int MaxLength = 1024 * 1024;

    private readonly byte[][] _contents = new byte[paths.Length][];
    private ExceptionDispatchInfo? _failure;
    private volatile string _current = paths[0];

    /// <summary>The path that is being read.</summary>
    public string Current => _current;

    /// <summary>Whether something that was read is gone for the next reader.</summary>
    public bool HasReadPipe { get; private set; }

    /// <summary>Reads each file once, to its end.</summary>
    public void Run()
    {
        try
        {
            for (int i = 0; i < paths.Length; i++)
            {
                int first = Array.IndexOf(paths, paths[i]);
                _contents[i] = first < i ? _contents[first] : Read(paths[i]);
            }
        }
        catch (Exception exception) // is the reader's to throw
        {
            _failure = ExceptionDispatchInfo.Capture(
                exception as IOException ?? new IOException($"'{Current}' cannot be read: {exception.Message}", exception));
        }
    }

    /// <summary>The content, after <see cref="Run"/> has ended.</summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    public byte[][] GetResult()
    {
        _failure?.Throw();
        return _contents;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"There is no file '{path}'.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(
                Directory.Exists(path) ? $"'{path}' is a directory, not a file." : $"The file '{path}' may not be read.",
                exception);
        }
    }

    private byte[] Read(string path)
    {
        _current = path;
        using FileStream file = Open(path);
        HasReadPipe |= !file.CanSeek;
        using MemoryStream content = new();
        byte[] buffer = new byte[16 * 1024];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            content.Write(buffer.AsSpan(0, read));
            if (content.Length > MaxLength) throw new IOException($"'{path}' is too large for a certificate or its key.");
        }

        return content.ToArray();
    }
}
