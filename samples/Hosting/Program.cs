// A server in a generic host, beside its other services: it logs where they log, starts and stops with them. Try it:
//   dotnet run --project samples/Hosting -- --Pwb:EndPoints:0=localhost:8888
//   curl localhost:8888/
//   curl localhost:8888/readyz
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pwb;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddHealthChecks();
builder.Services.AddPwbServer(_ => RequestHandler.From(_ => HttpResponse.Text("Hello from a hosted service\n")));
await builder.Build().RunAsync(); // until Ctrl+C or SIGTERM
