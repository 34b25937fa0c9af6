using Pwb.Compare;

// The script gives the place of the programs first, and then what it was given.
if (args is not [string root, .. string[] rest] || CompareOptions.Parse(rest) is not { } options)
{
    Console.Error.WriteLine(CompareOptions.Usage);
    return 2;
}

Places places = new(root);
IReadOnlyList<ServerSpec> servers = ServerSpec.All(places);
if (options.ListsOnly)
{
    foreach (Workload workload in Workload.All) Console.WriteLine($"{workload.Name,-16} {workload.Title}");
    foreach (string extra in (string[])[Neighbours.Name, SystemCalls.Name, Memory.Name, StartUp.Name]) Console.WriteLine(extra);
    foreach (ServerSpec server in servers) Console.WriteLine($"{server.Name,-16} {server.Missing}");
    return 0;
}

foreach (ServerSpec server in servers.Where(server => server.Missing is not null))
    Console.WriteLine($"SKIPPED: {server.Name}: {server.Missing}");
Machine.Print(options);
using ServerPool pool = new(servers, options);
foreach (Workload workload in Workload.All.Where(workload => options.Wants(workload.Name)))
    new Comparison(workload, options, pool, places).Run();
if (options.Wants(Neighbours.Name)) Neighbours.Run(pool, places, options);
if (options.Wants(SystemCalls.Name)) SystemCalls.Run(pool, places);
if (options.Wants(Memory.Name)) Memory.Run(pool);
if (options.Wants(StartUp.Name)) StartUp.Run(pool, options);
return 0;
