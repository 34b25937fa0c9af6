namespace Pwb.Fuzz.Running;

/// <summary>Makes the input of a finding smaller while there still is a finding.</summary>
internal sealed class Minimiser(CaseRunner runner)
{
    private const int MaxAttempts = 20_000;

    private int _attempts;

    public async Task<Finding> MinimiseAsync(Finding finding)
    {
        Finding smallest = finding;
        bool progress = true;
        while (progress && _attempts < MaxAttempts)
        {
            progress = false;
            for (int length = Math.Max(1, smallest.Case.Input.Length / 2); length >= 1; length /= 2)
            {
                for (int start = 0; start + length <= smallest.Case.Input.Length;)
                {
                    Finding? smaller = await TryAsync(smallest, Without(smallest.Case.Input, start, length));
                    progress |= smaller is not null;
                    smallest = smaller ?? smallest;
                    start += smaller is null ? length : 0;
                }
            }
        }

        return smallest;
    }

    private static byte[] Without(byte[] input, int start, int length) => [.. input[..start], .. input[(start + length)..]];

    private async Task<Finding?> TryAsync(Finding finding, byte[] input)
    {
        if (_attempts++ >= MaxAttempts)
            return null;

        return await runner.RunAsync(
            finding.Case with
            {
                Input = input,
                Segmentations = [Segmentation.Whole, Segmentation.ByteByByte, finding.Segmentation],
            });
    }
}
