using Pwb.Compare.AspNet;

if (args is not [string kind, string port, .. string[] rest])
{
    Console.Error.WriteLine("compare-aspnet kestrel <port> [<certificate>] | minimal <port> [<directory>]");
    return 2;
}

int number = int.Parse(port, System.Globalization.CultureInfo.InvariantCulture);
switch (kind)
{
    case "kestrel":
        await BareKestrel.RunAsync(number, rest is [string certificate] ? certificate : null);
        break;
    case "minimal":
        await MinimalApi.RunAsync(number, rest is [string directory] ? directory : null);
        break;
}

return 0;
