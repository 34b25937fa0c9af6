using System.Security.Cryptography;

namespace Pwb.Certificates;

/// <summary>
/// The files of a certificate and its key: reads them within a bounded time, and knows whether they hold something new.
/// </summary>
internal abstract class CertificateFiles
{
    private readonly string[] _paths;
    private readonly List<Thread> _hanging = []; // reads that were given up
    private byte[]? _taken;
    private bool _wasPipe;
    private long _triedAt;

    /// <param name="paths">The files, the certificate's first.</param>
    protected CertificateFiles(params string[] paths)
    {
        foreach (string path in paths) ArgumentException.ThrowIfNullOrWhiteSpace(path, nameof(paths));
        _paths = Array.ConvertAll(paths, Path.GetFullPath); // the current directory may change
    }

    /// <summary>The time limit for reading the files. A mount that hangs and a FIFO without a writer take for ever.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The name to use in a log.</summary>
    public string Name => _paths[0];

    /// <summary>
    /// Whether it makes sense to read the files again now. Each read that hangs doubles the wait for the next one, which bounds
    /// the threads that hang.
    /// </summary>
    public bool AreWorthALook
    {
        get
        {
            if (_wasPipe) return false;
            _hanging.RemoveAll(static thread => !thread.IsAlive);
            return _hanging.Count == 0
                || Environment.TickCount64 - _triedAt > Patience.TotalMilliseconds * Math.Pow(2, _hanging.Count);
        }
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">A file is not there, cannot be read, or took too long.</exception>
    public byte[][] Read()
    {
        if (_wasPipe) throw new IOException($"'{Name}' is a pipe, which can be read only once.");

        CertificateReading reading = new(_paths);
        Thread thread = new(reading.Run) { IsBackground = true, Name = "PWB certificate file" };
        _triedAt = Environment.TickCount64;
        thread.Start();
        if (!thread.Join(Patience))
        {
            _hanging.Add(thread);
            throw new IOException($"'{reading.Current}' could not be read within {Patience.TotalSeconds:0.###} seconds.");
        }

        byte[][] contents = reading.GetResult();
        _wasPipe = _taken is null && reading.HasReadPipe;
        return contents;
    }

    /// <summary>
    /// Whether the contents are those that were taken last. Length and time do not tell, since both may stay the same.
    /// </summary>
    public bool AreTaken(byte[][] contents) => _taken is { } taken && taken.AsSpan().SequenceEqual(Digest(contents));

    /// <summary>Notes that the contents are in use.</summary>
    public void Take(byte[][] contents) => _taken = Digest(contents);

    /// <summary>Makes a certificate of the contents.</summary>
    /// <exception cref="CryptographicException">
    /// The files do not contain a usable certificate or key; the message names the file and the reason.
    /// </exception>
    public LoadedCertificate Load(byte[][] contents)
    {
        try
        {
            return Load(_paths, contents);
        }
        catch (Exception exception) when (!(exception is CryptographicException
            && Array.Exists(_paths, path => exception.Message.Contains(path, StringComparison.Ordinal))))
        {
            // The system's own, of which some come late, when a part of a certificate is first looked at.
            throw new CryptographicException(
                $"The certificate in '{Name}' cannot be used: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    protected abstract LoadedCertificate Load(string[] paths, byte[][] contents);

    private static byte[] Digest(byte[][] contents)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] content in contents) hash.AppendData(SHA256.HashData(content));
        return hash.GetHashAndReset();
    }
}
