namespace Slipway.Server.Accounts;

/// <summary>Whose tries count together: a user's, by name or by mail; or those for a name that nobody has.</summary>
internal readonly record struct SignInAccount
{
    private SignInAccount(string key, bool isThere) => (Key, IsThere) = (key, isThere);

    public bool IsThere { get; }

    /// <summary>Short, however long a name somebody makes up, so that what is remembered of many stays small.</summary>
    public string Key { get; }

    public static SignInAccount Of(long user) => new($"#{user}", true);

    public static SignInAccount Of(string login) => new(Tokens.Hash(UserStore.Key(login))[..32], false);
}
