namespace Pwb.Testing.Compare;

internal static class Check
{
    public static void That(bool condition)
    {
        if (!condition) throw new InvalidOperationException("A test has failed.");
    }
}
