namespace Pwb.Fuzz.Reference;

/// <summary>
/// Predicts everything that may happen on a connection that receives the input and then a FIN. It is written from the
/// rules alone, a byte at a time, for clarity; it shares nothing with the server but the limits and this program's handler.
/// </summary>
internal static class ReferenceConnection
{
    public static List<PredictedExchange> Predict(byte[] input, PwbServerLimits limits, int firstBehaviour)
    {
        List<PredictedExchange> exchanges = [];
        ByteCursor cursor = new(input);
        int handled = 0;
        while (true)
        {
            if (!TryReadHead(cursor, limits, exchanges, out ReferenceHead? head) || head is null)
                return exchanges;

            PredictedExchange exchange;
            int headEnd = cursor.Position;
            if (ServerAnswers.Refusal(head) is { } refusal)
            {
                exchanges.Add(
                    new PredictedExchange(Request: null, [Answer.Refusal([refusal])], head.Method is "HEAD", MayBeSilent: false)
                    {
                        HeadEnd = headEnd,
                        End = headEnd,
                    });
                return exchanges;
            }

            ReferenceContent content = ReferenceContent.Read(cursor, head, limits);
            if (ServerAnswers.For(head) is { } status)
            {
                exchange = ExchangeRules.AnsweredByServer(head, content, limits, status);
            }
            else
            {
                HandlerBehaviour behaviour = Behaviours.At(firstBehaviour + handled++);
                exchange = ExchangeRules.AnsweredByHandler(head, content, limits, behaviour);
            }

            exchanges.Add(exchange with { HeadEnd = headEnd, End = cursor.Position });
            if (exchange.Answers.All(answer => answer.EndsConnection))
                return exchanges;
        }
    }

    /// <returns>False after a refusal.</returns>
    private static bool TryReadHead(
        ByteCursor cursor, PwbServerLimits limits, List<PredictedExchange> exchanges, out ReferenceHead? head)
    {
        int start = cursor.Position;
        try
        {
            head = HeadReader.Read(cursor, limits);
            return true;
        }
        catch (RefusedException refused)
        {
            head = null;
            exchanges.Add(new PredictedExchange(
                Request: null,
                [Answer.Refusal(refused.Statuses)],
                IsHead: StartsWithHead(cursor, start),
                MayBeSilent: cursor.AtEnd && cursor.Position - start <= 1));
            return false;
        }
    }

    private static bool StartsWithHead(ByteCursor cursor, int start) =>
        cursor.TextFrom(start).TrimStart('\r', '\n').StartsWith("HEAD ", StringComparison.Ordinal);
}
