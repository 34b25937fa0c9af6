using Pwb;

namespace Snippets.Testing;

// <first-fake-service>
public sealed class WeatherTests
{
    [Fact]
    public async Task Reads_the_temperature()
    {
        await using FakeService weather = new();
        weather.On("GET /v1/{city}", HttpResponse.Text("21.5"));
        using HttpClient http = new(weather.CreateMessageHandler());

        string text = await http.GetStringAsync("https://api.weather.example/v1/Paris");

        Assert.Equal("21.5", text);
        weather.Received("GET /v1/Paris", times: 1);
    }
}
// </first-fake-service>
