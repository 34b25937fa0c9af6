namespace Pwb.Fuzz.Running;

/// <summary>What a client has received of a connection that may end anywhere.</summary>
internal static class Transcript
{
    /// <returns>
    /// The responses. The last one may be cut off; one that is cut off inside of its head is left out.
    /// </returns>
    /// <exception cref="MalformedResponseException">What is there is wrong, however it might have gone on.</exception>
    public static IReadOnlyList<ObservedResponse> Read(byte[] output)
    {
        ResponseReader reader = new(output);
        List<ObservedResponse> responses = [];
        try
        {
            while (!reader.AtEnd) responses.Add(reader.Read(isHead: false));
        }
        catch (MalformedResponseException exception) when (exception.EndsEarly)
        {
            // Cut off there.
        }

        return responses;
    }
}
