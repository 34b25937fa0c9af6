using System.Text;

namespace Pwb.Host;

/// <summary><c>pwb hash user</c>: asks for a password and prints what --auth takes.</summary>
internal static class HashCommand
{
    public const string Name = "hash";

    private const string Usage =
        "pwb: 'pwb hash' takes a user's name without a colon, such as 'pwb hash ann', and asks for the password.";

    /// <param name="args">The arguments behind the name of the command.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args)
    {
        if (args is not [{ Length: > 0 } user] || user[0] == '-' || user.Any(c => c == ':' || char.IsControl(c)))
            return Fail(Usage);

        string? password = Console.IsInputRedirected ? Console.In.ReadLine() : Ask("Password: ");
        if (string.IsNullOrEmpty(password))
            return Fail("pwb: There is no password.");
        if (!Console.IsInputRedirected && Ask("Again: ") != password)
            return Fail("pwb: These are two passwords.");
        Console.Out.WriteLine($"{user}:{PasswordHash.Of(password)}");
        return 0;
    }

    private static int Fail(string line)
    {
        Console.Error.WriteLine(line);
        return CommandLine.UsageError;
    }

    // The terminal shows nothing of it, and standard output has the hash only.
    private static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
