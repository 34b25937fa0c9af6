namespace Pwb.Http1;

/// <summary>The result of an attempt to take content from the received bytes.</summary>
internal enum Taking
{
    NeedMoreData,
    Taken,
    AtEnd,
    Failed,
}
