using System.Net;

namespace Pwb.Fuzz.Running;

/// <summary>
/// Travels with a connection as its remote end point, so that one handler in one server can tell connections apart
/// and write down what it saw of each.
/// </summary>
internal sealed class ConnectionRecord(int firstBehaviour) : EndPoint
{
    public List<ObservedRequest> Requests { get; } = [];

    public HandlerBehaviour NextBehaviour => Behaviours.At(firstBehaviour + Requests.Count);

    public override string ToString() => "fuzz:0";
}
