namespace Pwb.Conditions;

/// <summary>Content that is sent in place of a body, which is disposed of with it.</summary>
/// <param name="content">The content, in memory.</param>
/// <param name="replaced">The body that is not sent.</param>
internal sealed class SubstituteBody(ReadOnlyMemory<byte> content, ResponseBody replaced) : ResponseBody
{
    public override long? Length => content.Length;

    internal override string DefaultContentType => "text/plain; charset=utf-8";

    internal override bool IsUserCode => replaced.IsUserCode;

    internal override ReadOnlyMemory<byte>? Memory => content;

    public override ValueTask WriteToAsync(Stream output, CancellationToken cancellationToken) =>
        output.WriteAsync(content, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await replaced.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
