namespace Pwb.Fuzz;

internal static class Behaviours
{
    public static readonly int Count = Enum.GetValues<HandlerBehaviour>().Length;

    public static HandlerBehaviour At(int index) => (HandlerBehaviour)(index % Count);
}
