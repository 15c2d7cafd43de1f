namespace Slipway.Server.Accounts;

/// <summary>
/// How many passwords are tried for one account from all the addresses that it does not know: ten in ten minutes. The tenth that is wrong shuts the account to such
/// addresses for ten minutes; a name that nobody has is shut alike. The counts are in memory, and those of accounts that are there are never driven out by names that
/// are made up. https://docs.gitlab.com/security/unlock_user/
/// </summary>
internal sealed class AccountLocks(TimeProvider time)
{
    public const int Tries = 10;

    /// <summary>How long tries count, and how long an account is shut.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    /// <summary>How many names of a kind are remembered before those whose time is over are forgotten; and of made-up ones, if that is not enough, all.</summary>
    private const int MaxKept = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Count> _there = [];
    private readonly Dictionary<string, Count> _madeUp = [];

    /// <summary>How long a name that nobody has is still shut; for one that is there its row knows. Nothing when it is open.</summary>
    public TimeSpan? Shut(SignInAccount account)
    {
        lock (_gate)
            return Counts(account).TryGetValue(account.Key, out var count) && count.Until - time.GetUtcNow() is { Ticks: > 0 } wait
                ? wait
                : null;
    }

    /// <summary>Counts a try, before the password is looked at: tries at the same time count too.</summary>
    /// <returns>How long to wait; nothing when it may be tried.</returns>
    public TimeSpan? Take(SignInAccount account)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            Forget(now);
            var counts = Counts(account);
            if (!counts.TryGetValue(account.Key, out var count))
                counts[account.Key] = count = new Count();
            count.Forget(now);
            if (count.Tried.Count >= Tries)
                return count.Tried[0].At + Lasts - now;
            count.Tried.Add((now, false));
            return null;
        }
    }

    /// <summary>The password was right: this try was none. What others tried still counts, or whoever signs in would clear the way for them.</summary>
    public void Return(SignInAccount account)
    {
        lock (_gate)
            if (
                Counts(account).TryGetValue(account.Key, out var count)
                && count.Tried.FindLastIndex(tried => !tried.IsWrong) is >= 0 and var at
            )
                count.Tried.RemoveAt(at);
    }

    /// <summary>The password was wrong.</summary>
    /// <returns>Whether that shuts the account. One that is there wants it written to its row, and then <see cref="Clear"/>.</returns>
    public bool Fail(SignInAccount account)
    {
        lock (_gate)
        {
            if (
                !Counts(account).TryGetValue(account.Key, out var count)
                || count.Tried.FindIndex(tried => !tried.IsWrong) is not (>= 0 and var at)
            )
                return false;
            count.Tried[at] = count.Tried[at] with { IsWrong = true };
            if (count.Tried.Count(tried => tried.IsWrong) < Tries)
                return false;
            if (!account.IsThere)
                (count.Until, count.Tried) = (time.GetUtcNow() + Lasts, []);
            return true;
        }
    }

    /// <summary>From now on it is the account's row that shuts it, where it can be opened.</summary>
    public void Clear(SignInAccount account)
    {
        lock (_gate)
            Counts(account).Remove(account.Key);
    }

    private Dictionary<string, Count> Counts(SignInAccount account) => account.IsThere ? _there : _madeUp;

    private void Forget(DateTimeOffset now)
    {
        foreach (var counts in (Dictionary<string, Count>[])[_there, _madeUp])
        {
            if (counts.Count < MaxKept)
                continue;
            foreach (var (key, count) in counts)
                if (count.IsOver(now))
                    counts.Remove(key);
        }

        if (_madeUp.Count >= MaxKept)
            _madeUp.Clear();
    }

    private sealed class Count
    {
        /// <summary>In the order of their times, and never more than <see cref="Tries"/>.</summary>
        public List<(DateTimeOffset At, bool IsWrong)> Tried { get; set; } = [];

        /// <summary>Until when a name that nobody has is shut.</summary>
        public DateTimeOffset Until { get; set; }

        public bool IsOver(DateTimeOffset now) => Until <= now && (Tried.Count == 0 || Tried[^1].At + Lasts <= now);

        public void Forget(DateTimeOffset now) => Tried.RemoveAll(tried => tried.At + Lasts <= now);
    }
}
