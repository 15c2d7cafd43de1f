using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>GitLab's words for what a token is good for. https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes</summary>
internal static class ScopeWords
{
    private static readonly (Scopes Scope, string Word)[] All =
    [
        (Scopes.Api, "api"),
        (Scopes.ReadApi, "read_api"),
        (Scopes.ReadUser, "read_user"),
        (Scopes.ReadRepository, "read_repository"),
        (Scopes.WriteRepository, "write_repository"),
        (Scopes.ReadRegistry, "read_registry"),
        (Scopes.WriteRegistry, "write_registry"),
        (Scopes.CreateRunner, "create_runner"),
        (Scopes.ManageRunner, "manage_runner"),
        (Scopes.SelfRotate, "self_rotate"),
        (Scopes.Sudo, "sudo"),
        (Scopes.AdminMode, "admin_mode"),
    ];

    /// <summary>What a deploy token can be good for.</summary>
    public const Scopes OfDeployTokens = Scopes.ReadRepository | Scopes.ReadRegistry | Scopes.WriteRegistry;

    /// <summary>What a user who is no administrator can give a token.</summary>
    public const Scopes OfEverybody = ~(Scopes.Sudo | Scopes.AdminMode);

    /// <summary>What is good for everything: a session.</summary>
    public const Scopes Full = (Scopes)0xfff;

    /// <returns>Nothing when one of the words is none of them.</returns>
    public static Scopes? Parse(IEnumerable<string> words)
    {
        var scopes = Scopes.None;
        foreach (var word in words)
        {
            var known = All.FirstOrDefault(pair => pair.Word == word).Scope;
            if (known == Scopes.None)
                return null;
            scopes |= known;
        }

        return scopes;
    }

    /// <summary>From a row's column.</summary>
    public static Scopes OfColumn(string column) => Parse(column.Split(' ', StringSplitOptions.RemoveEmptyEntries)) ?? Scopes.None;

    public static IReadOnlyList<string> Words(Scopes scopes) =>
        [.. All.Where(pair => scopes.HasFlag(pair.Scope)).Select(pair => pair.Word)];

    public static string ToColumn(Scopes scopes) => string.Join(' ', Words(scopes));
}
