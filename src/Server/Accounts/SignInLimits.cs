using System.Net;
using System.Net.Sockets;

namespace Slipway.Server.Accounts;

/// <summary>
/// How often somebody may try a password: ten times a minute for an account from an address, and sixty times a minute from an address for all of them. Every
/// door that takes a password asks here, and then <see cref="AccountLocks"/>. Kept in memory: several instances allow as many times more. https://docs.gitlab.com/security/rate_limits/
/// </summary>
internal sealed class SignInLimits(TimeProvider time)
{
    public const int ForAccount = 10;
    public const int ForAddress = 60;

    /// <summary>Accounts and addresses that are remembered; when there are more, those whose minute is over are forgotten, then all.</summary>
    private const int MaxKept = 100_000;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Account, string Address), (DateTimeOffset Until, int Count)> _tries = [];

    /// <summary>Counts a try, before the password is looked at: tries at the same time count too.</summary>
    /// <returns>How long to wait; nothing when it may be tried.</returns>
    public TimeSpan? Take(string account, string address)
    {
        lock (_gate)
        {
            Forget();
            // First the address: whoever has no tries left makes no more to remember, and so never drives out what is remembered of others.
            return Count(("", Network(address)), ForAddress) ?? Count((UserStore.Key(account), Network(address)), ForAccount);
        }
    }

    /// <summary>It was the right password: whoever mistyped before has all tries again.</summary>
    public void Clear(string account, string address)
    {
        lock (_gate)
            _tries.Remove((UserStore.Key(account), Network(address)));
    }

    /// <summary>Whose an address is: an IPv6 customer has 2^64 of them at the least.</summary>
    public static string Network(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
            return address;
        if (parsed.IsIPv4MappedToIPv6)
            return $"{parsed.MapToIPv4()}";
        return parsed.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(parsed.GetAddressBytes().AsSpan(0, 8))
            : $"{parsed}";
    }

    private TimeSpan? Count((string, string) who, int most)
    {
        var now = time.GetUtcNow();
        var (until, count) = _tries.TryGetValue(who, out var known) && known.Until > now ? known : (now + Window, 0);
        if (count >= most)
            return until - now;
        _tries[who] = (until, count + 1);
        return null;
    }

    private void Forget()
    {
        if (_tries.Count < MaxKept)
            return;
        var now = time.GetUtcNow();
        foreach (var who in _tries.Where(pair => pair.Value.Until <= now).Select(pair => pair.Key).ToList())
            _tries.Remove(who);
        if (_tries.Count >= MaxKept)
            _tries.Clear();
    }
}
