namespace Pwb.Tests.Infrastructure;

/// <summary>
/// Marks a test that takes seconds: gigabytes, a million inputs, processes that fill pipes. A plain <c>dotnet test</c> skips it;
/// the gate runs it, and so does <c>PWB_LONG_TESTS=1 dotnet test</c>. It may skip itself by <see cref="Xunit.Skip"/> as well.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LongFactAttribute : SkippableFactAttribute
{
    public LongFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("PWB_LONG_TESTS") != "1")
            Skip = "It takes seconds: PWB_LONG_TESTS=1 runs it, and so does .ci/run.";
    }
}
