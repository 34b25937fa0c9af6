using System.Security.Cryptography;

namespace Pwb.Tls;

/// <summary>The files that a certificate and its key are in.</summary>
internal abstract class CertificateFiles
{
    // No certificate is that long. What is, such as a device without end, is a wrong path.
    private const int MaxLength = 1024 * 1024;

    private readonly string[] _paths;
    private (DateTime LastWrite, long Length)[]? _loaded;

    /// <param name="paths">The files, the certificate's first.</param>
    protected CertificateFiles(params string[] paths)
    {
        foreach (string path in paths) ArgumentException.ThrowIfNullOrWhiteSpace(path, nameof(paths));
        _paths = Array.ConvertAll(paths, Path.GetFullPath); // the current directory may change
    }

    /// <summary>What to call them in a log.</summary>
    public string Name => _paths[0];

    /// <summary>Reads them.</summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="CryptographicException">What is in a file does not do.</exception>
    public LoadedCertificate Load()
    {
        // Noted before they are read: a change in between shows the next time. And not at all if they are not good, so that they are tried again.
        (DateTime, long)[] found = Array.ConvertAll(_paths, Look);
        _loaded = null;
        LoadedCertificate certificate = Load(_paths);
        _loaded = found;
        return certificate;
    }

    /// <summary>Whether they are others than those that were loaded.</summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    public bool HaveChanged() => _loaded is not { } loaded || !loaded.AsSpan().SequenceEqual(Array.ConvertAll(_paths, Look));

    protected abstract LoadedCertificate Load(string[] paths);

    protected static byte[] Read(string path)
    {
        try
        {
            using FileStream file = Open(path);
            if (file.Length > MaxLength) throw new IOException($"'{path}' is too large for a certificate or its key.");
            byte[] content = new byte[(int)file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (EndOfStreamException exception)
        {
            throw new IOException($"'{path}' became shorter while it was read.", exception);
        }
    }

    // Through the open file, because the path may be a link, as certbot's are, that leads elsewhere the next time.
    private static (DateTime LastWrite, long Length) Look(string path)
    {
        using FileStream file = Open(path);
        return (File.GetLastWriteTimeUtc(file.SafeFileHandle), file.Length);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"There is no file '{path}'.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(Directory.Exists(path) ? $"'{path}' is a directory, not a file." : $"The file '{path}' may not be read.", exception);
        }
    }
}
