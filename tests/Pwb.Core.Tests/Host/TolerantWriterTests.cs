using System.Text;
using Pwb.Host;

namespace Pwb.Tests.Host;

public sealed class TolerantWriterTests
{
    [Fact]
    public void A_stream_that_fails_loses_the_text_and_nothing_else()
    {
        using var writer = new TolerantWriter(new FailingStream(), Encoding.UTF8);

        writer.Invoking(broken => broken.WriteLine("lost")).Should().NotThrow();
    }

    [Fact]
    public void Text_reaches_the_stream_at_once()
    {
        using var stream = new MemoryStream();
        using var writer = new TolerantWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        writer.Write('\u4f60');
        writer.WriteLine("\u597d");

        Encoding.UTF8.GetString(stream.ToArray()).Should().Be("\u4f60\u597d" + Environment.NewLine);
    }

    private sealed class FailingStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }
}
