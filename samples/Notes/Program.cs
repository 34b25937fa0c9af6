// A whole application in one executable: notes with files, for whoever knows the password, live in every window. Try it:
//   NOTES_PASSWORD=secret dotnet run --project samples/Notes
//   open http://localhost:8888/ in two windows
using System.Security.Cryptography;
using Notes;
using Pwb;

string password = Environment.GetEnvironmentVariable("NOTES_PASSWORD") ?? RandomNumberGenerator.GetHexString(16, lowercase: true);
DirectoryInfo folder = Directory.CreateTempSubdirectory("notes-"); // on Unix for no other user
try
{
    NotesSite site = new(new NoteBook(folder.FullName), password);
    await using PwbServer server = new(site.CreateHandler(), new PwbServerOptions
    {
        EndPoints = ServerEndPoint.Loopback(args is [string port] ? int.Parse(port) : 8888),
        MaxContentLengthSelector = NotesSite.MaxContentLength,
    });
    await server.StartAsync();
    Console.WriteLine($"{server.Urls[0]} (the password is {password})");
    await server.RunUntilStoppedAsync();
}
finally
{
    folder.Delete(recursive: true);
}
