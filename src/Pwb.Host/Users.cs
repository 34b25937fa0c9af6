using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Pwb.Host;

/// <summary>The users of --auth.</summary>
internal sealed class Users : IDisposable
{
    private static readonly PasswordHash Nobodys = PasswordHash.Of(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    private readonly Dictionary<string, PasswordHash> _hashes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _right = new(StringComparer.Ordinal);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="values">Texts that <see cref="OptionValues.IsUser"/> takes; of two for one user, the last.</param>
    public Users(IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            (string user, PasswordHash? hash) = OptionValues.UserOf(value);
            _hashes[user] = hash!;
        }
    }

    /// <summary>
    /// Checks a password. A password that was right before is recognized at once, by a keyed hash in memory, since a browser
    /// sends it with each request. All others are checked one after the other, so guesses take one processor at most. A check for
    /// an unknown user takes as long.
    /// </summary>
    public async ValueTask<bool> IsLetInAsync(string user, string password, CancellationToken cancellationToken)
    {
        byte[] keyed = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(password));
        if (_right.TryGetValue(user, out byte[]? right) && CryptographicOperations.FixedTimeEquals(keyed, right))
            return true;

        bool exists = _hashes.TryGetValue(user, out PasswordHash? hash);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!(hash ?? Nobodys).IsOf(password) || !exists)
                return false;
            _right[user] = keyed;
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
