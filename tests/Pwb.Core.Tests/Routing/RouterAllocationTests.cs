using System.Globalization;

namespace Pwb.Tests.Routing;

public sealed class RouterAllocationTests
{
    [Fact]
    public void Finding_one_of_a_thousand_routes_allocates_nothing()
    {
        FixedResponseHandler handler = new();
        Router router = new(
            Enumerable.Range(0, 1000).Select(
                i => new Route(
                    string.Create(CultureInfo.InvariantCulture, $"GET /s{i / 10}/{{id:int}}/r{i % 10}/{{name}}"), handler)));
        HttpRequest[] requests = [
            new("GET", "/s42/17/r3/gr%C3%BC%C3%9Fe"), new("HEAD", "/%7399/-5/r9/x"), new("GET", "/s0/1/r0/./x")];
        Ask(1000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Ask(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Ask(int times)
        {
            for (int i = 0; i < times; i++)
            {
                foreach (HttpRequest request in requests)
                {
                    ValueTask<HttpResponse> answer = router.HandleAsync(request, CancellationToken.None);
                    if (!answer.IsCompletedSuccessfully) throw new InvalidOperationException("It has nothing to wait for.");
                }
            }
        }
    }
}
