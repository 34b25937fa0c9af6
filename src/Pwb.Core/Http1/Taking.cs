namespace Pwb.Http1;

/// <summary>What came of an attempt to take content from what has arrived.</summary>
internal enum Taking
{
    NeedMoreData,
    Taken,
    AtEnd,
    Failed,
}
