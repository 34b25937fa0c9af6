namespace Pwb.Fuzz.Reference;

/// <summary>
/// The reference refuses the input; <see cref="Statuses"/> lists what the server may answer (more than one where rules tie).
/// </summary>
internal sealed class RefusedException(string reason, params int[] statuses) : Exception(reason)
{
    public IReadOnlyList<int> Statuses { get; } = statuses;
}
