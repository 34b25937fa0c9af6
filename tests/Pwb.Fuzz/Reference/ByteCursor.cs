using System.Text;

namespace Pwb.Fuzz.Reference;

/// <summary>Reads the input one byte at a time. The end of the input is a refusal: whoever reads on needs more.</summary>
internal sealed class ByteCursor(byte[] input)
{
    private int _budget = int.MaxValue;
    private int _budgetStatus;

    public int Position { get; private set; }

    public bool AtEnd => Position == input.Length;

    public int Remaining => input.Length - Position;

    /// <summary>
    /// From here on at most <paramref name="octets"/> are taken; the next one is refused with <paramref name="status"/>.
    /// </summary>
    public void StartBudget(int octets, int status) => (_budget, _budgetStatus) = (octets, status);

    public void EndBudget() => _budget = int.MaxValue;

    public byte Peek() => AtEnd ? throw new RefusedException("the input ends too early", 400) : input[Position];

    /// <param name="mayTie">Whether what came before may be wrong too, so that an exhausted budget is only
    /// one of the reasons.</param>
    public byte Take(bool mayTie = false)
    {
        byte next = Peek();
        if (_budget-- == 0)
        {
            // A byte that is wrong by itself may be refused for that instead: both are found at the same place.
            throw !mayTie && (Characters.IsUnreserved(next) || next == '/')
                ? new RefusedException("too long", _budgetStatus)
                : new RefusedException("too long, at a byte that may be wrong itself", _budgetStatus, 400);
        }

        Position++;
        return next;
    }

    public void Take(byte expected)
    {
        if (Peek() != expected)
            throw Wrong($"expected byte {expected}");

        Take();
    }

    /// <summary>The byte here is wrong. Where the budget ends too, that may be the reason just as well.</summary>
    public RefusedException Wrong(string reason) => _budget == 0 ? new(reason, 400, _budgetStatus) : new(reason, 400);

    public void TakeCrLf()
    {
        Take((byte)'\r');
        Take((byte)'\n');
    }

    /// <summary>What was taken since a position.</summary>
    public string TextFrom(int start) => Encoding.Latin1.GetString(input, start, Position - start);

    public byte[] TakeUpTo(long count)
    {
        int taken = (int)Math.Min(count, Remaining);
        byte[] bytes = input[Position..(Position + taken)];
        Position += taken;
        return bytes;
    }
}
