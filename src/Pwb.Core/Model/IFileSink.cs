namespace Pwb.Model;

/// <summary>The output of a body that can have the system send files, without a copy through the process.</summary>
internal interface IFileSink
{
    /// <summary>Whether it can. If not, the file is to be read and written like any other content.</summary>
    bool CanSendFiles { get; }

    /// <summary>The best size of pieces to read and write.</summary>
    int PieceLength { get; }

    /// <summary>Sends part of a file.</summary>
    /// <param name="file">The file, opened for asynchronous use.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="count">The number of bytes in it.</param>
    /// <exception cref="IOException">The file ends earlier, or the client is gone.</exception>
    ValueTask SendFileAsync(FileStream file, long offset, long count);
}
