using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http;

namespace Pwb.Kestrel.Tests;

/// <summary>What Kestrel's own parser says of the first request head in some bytes.</summary>
internal static class KestrelParser
{
    private static readonly HttpParser<Listener> Parser = new();

    /// <returns>The verdict, and for an accepted head how many bytes it has.</returns>
    public static (Verdict Verdict, int HeadLength) Parse(byte[] input)
    {
        // Kestrel's connection skips empty lines before it asks its parser; one is allowed (R2).
        int start = input.AsSpan().StartsWith("\r\n"u8) ? 2 : 0;
        SequenceReader<byte> reader = new(new ReadOnlySequence<byte>(input, start, input.Length - start));
        try
        {
            bool whole = Parser.ParseRequestLine(default, ref reader) && Parser.ParseHeaders(default, ref reader);
            return whole ? (Verdict.Accepted, start + (int)reader.Consumed) : (Verdict.Unfinished, 0);
        }
        catch (BadHttpRequestException)
        {
            return (Verdict.Refused, 0);
        }
    }

    /// <summary>Accepts all that the parser lets through.</summary>
    private readonly struct Listener : IHttpRequestLineHandler, IHttpHeadersHandler
    {
        public void OnStartLine(HttpVersionAndMethod versionAndMethod, TargetOffsetPathLength targetPath, Span<byte> startLine)
        {
        }

        public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
        }

        public void OnHeadersComplete(bool endStream)
        {
        }

        public void OnStaticIndexedHeader(int index)
        {
        }

        public void OnStaticIndexedHeader(int index, ReadOnlySpan<byte> value)
        {
        }
    }
}
