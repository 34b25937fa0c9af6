using System.Text;
using Pwb.Testing.Answers;

namespace Pwb;

/// <content>The received requests, and checks of them.</content>
public sealed partial class FakeService
{
    /// <summary>
    /// The requests that have come, in their order, each with its content. One is here as soon as its answer has been chosen
    /// and the delay of a late one has begun. The list does not change: ask again.
    /// </summary>
    public IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    /// <summary>The first request, the second and so on, as soon as it has come.</summary>
    /// <param name="number">Which: from 1.</param>
    /// <param name="within">The greatest wait, in real time. Default 10 s.</param>
    /// <exception cref="FakeServiceException">
    /// The request has not come in time; the message lists the received requests.
    /// </exception>
    public async Task<RecordedRequest> RequestAsync(int number, TimeSpan? within = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        TimeSpan patience = within ?? TimeSpan.FromSeconds(10);
        using CancellationTokenSource isOver = new(patience);
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_requests.Count >= number) return _requests[number - 1];
                arrival = _arrival.Task;
            }

            try
            {
                await arrival.WaitAsync(isOver.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception)
            {
                throw new FakeServiceException(
                    $"Request {number} has not come within {patience.TotalSeconds} s. {ListRequests()}", exception);
            }
        }
    }

    /// <summary>Checks that a request has come, or so many.</summary>
    /// <param name="pattern">Which requests are meant: as for <see cref="On"/>.</param>
    /// <param name="times">The expected number; null for at least one.</param>
    /// <param name="when">A further condition, on fields or content.</param>
    /// <returns>The requests that are meant, in their order.</returns>
    /// <exception cref="FakeServiceException">Other requests came than expected; the message lists them all.</exception>
    /// <exception cref="ArgumentException">The pattern is not valid; the message says why.</exception>
    public IReadOnlyList<RecordedRequest> Received(
        string pattern, int? times = null, Func<RecordedRequest, bool>? when = null)
    {
        RequestPattern meant = new(pattern);
        if (times is { } number) ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(times));
        RecordedRequest[] found =
            [.. Requests.Where(request => meant.Matches(request, out _) && (when is null || when(request)))];
        if (times is null ? found.Length > 0 : found.Length == times) return found;

        string expected = times is null ? "At least 1 request" : $"{times} request{(times == 1 ? "" : "s")}";
        string condition = when is null ? "" : " that fulfil the condition";
        throw new FakeServiceException($"{expected} '{meant}' expected{condition}, {found.Length} came. {ListRequests()}");
    }

    /// <summary>
    /// Checks that exactly these requests have come, in this order, and no other: none at all if none is given.
    /// </summary>
    /// <param name="patterns">Which requests are meant: as for <see cref="On"/>, one for each.</param>
    /// <exception cref="FakeServiceException">
    /// Other requests came, or in another order; the message names the first difference, and lists all requests.
    /// </exception>
    /// <exception cref="ArgumentException">A pattern is not valid; the message says why.</exception>
    public void ReceivedInOrder(params IReadOnlyList<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        RequestPattern[] meant = [.. patterns.Select(pattern => new RequestPattern(pattern))];
        IReadOnlyList<RecordedRequest> came = Requests;
        for (int i = 0; i < Math.Max(meant.Length, came.Count); i++)
        {
            if (i < meant.Length && i < came.Count && meant[i].Matches(came[i], out _)) continue;
            string expected = i < meant.Length ? $"Request {i + 1} should be '{meant[i]}'." : $"Only {i} requests were expected.";
            throw new FakeServiceException($"{expected} {ListRequests()}");
        }
    }

    /// <summary>Checks that an answer was set for every request that has come, and that none of them threw.</summary>
    /// <exception cref="FakeServiceException">A request matched no answer; the message lists all requests.</exception>
    public void ReceivedNothingUnexpected()
    {
        if (Requests.Any(request => request.IsUnexpected))
            throw new FakeServiceException($"There were requests without an answer. {ListRequests()}");
    }

    // All of them: the cause of a failure is often an earlier request.
    private string ListRequests()
    {
        IReadOnlyList<RecordedRequest> came = Requests;
        if (came.Count == 0) return "No request has come.";

        StringBuilder text = new("These came:");
        foreach (RecordedRequest request in came)
        {
            text.Append('\n').Append(' ', 2).Append(request.Number).Append(". ").Append(request);
            if (request.IsUnexpected) text.Append(" (").Append(request.Scheme).Append("://").Append(request.Host).Append(')');
        }

        return text.ToString();
    }
}
