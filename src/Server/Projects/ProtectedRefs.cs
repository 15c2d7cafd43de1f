using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>What the rules that match a branch or a tag say together: whom any of them lets, is let. https://docs.gitlab.com/user/project/repository/branches/protected/</summary>
/// <param name="IsProtected">Whether a rule matches.</param>
/// <param name="PushLevel">The least role that may push or create it; 60 administrators only, <see cref="Nobody"/> none.</param>
internal sealed record RefProtection(bool IsProtected, long PushLevel, long MergeLevel, bool AllowForcePush)
{
    public const long Administrator = 60;
    public const long Nobody = 100;

    /// <summary>Without a rule developers may push, also by force, and delete.</summary>
    public static readonly RefProtection None = new(false, (long)Role.Developer, (long)Role.Developer, true);

    /// <summary>Whether somebody may push to the branch, or create the tag.</summary>
    public bool MayPush(Role role, bool isAdmin) => isAdmin ? PushLevel <= Administrator : (long)role >= PushLevel;

    public bool MayMerge(Role role, bool isAdmin) =>
        MayPush(role, isAdmin) || (isAdmin ? MergeLevel <= Administrator : (long)role >= MergeLevel);
}

/// <summary>The rules for branches and tags that not everybody may move.</summary>
internal static class ProtectedRefs
{
    public const string Branch = "branch";
    public const string Tag = "tag";

    private const string Select = $"SELECT {ProtectedRefRow.Columns} FROM protected_refs WHERE project_id = @project AND kind = @kind";

    /// <param name="kind"><see cref="Branch"/> or <see cref="Tag"/>.</param>
    /// <param name="name">Without <c>refs/heads/</c> or <c>refs/tags/</c>.</param>
    public static async Task<RefProtection> MatchAsync(Db db, long project, string kind, string name, CancellationToken ct) =>
        Match(await db.QueryAsync<ProtectedRefRow>(Select, new { project, kind }, ct), name);

    /// <inheritdoc cref="MatchAsync(Db, long, string, string, CancellationToken)"/>
    public static async Task<RefProtection> MatchAsync(Session session, long project, string kind, string name, CancellationToken ct) =>
        Match(await RulesAsync(session, project, kind, ct), name);

    /// <summary>All that a project has for its branches, or for its tags.</summary>
    public static Task<IReadOnlyList<ProtectedRefRow>> RulesAsync(Session session, long project, string kind, CancellationToken ct) =>
        session.QueryAsync<ProtectedRefRow>(Select, new { project, kind }, ct);

    /// <summary>Start, cancel and erase what runs on a ref: on a protected one that takes who may push or merge there.</summary>
    /// <param name="name">Without <c>refs/heads/</c> or <c>refs/tags/</c>.</param>
    public static async Task<bool> MayRunOnAsync(Db db, ProjectContext here, UserRow user, string name, bool isTag, CancellationToken ct) =>
        (await MatchAsync(db, here.Id, isTag ? Tag : Branch, name, ct)).MayMerge(here.Role, user.IsAdmin);

    /// <summary>Protects a project's default branch when it first has one: maintainers push and merge, nobody by force. A rule that is there stays.</summary>
    public static Task<int> ProtectDefaultAsync(Session session, long project, string branch, CancellationToken ct) =>
        session.ExecuteAsync(
            """
            INSERT INTO protected_refs (project_id, kind, name, push_level, merge_level, allow_force_push)
            VALUES (@project, 'branch', @branch, 40, 40, 0) ON CONFLICT (project_id, kind, name) DO NOTHING
            """,
            new { project, branch },
            ct
        );

    /// <param name="rules">All of one kind.</param>
    public static RefProtection Match(IEnumerable<ProtectedRefRow> rules, string name)
    {
        var found = rules.Where(rule => IsMatch(rule.Name, name)).ToList();
        return found.Count == 0
            ? RefProtection.None
            : new RefProtection(
                true,
                found.Min(rule => Level(rule.PushLevel)),
                found.Min(rule => Level(rule.MergeLevel)),
                found.Any(rule => rule.AllowForcePush == 1)
            );

        static long Level(long level) => level == 0 ? RefProtection.Nobody : level;
    }

    /// <summary>Whether a name is one that a pattern means; <c>*</c> stands for any characters, slashes too. Takes pattern times name steps at the most.</summary>
    public static bool IsMatch(string pattern, string name)
    {
        var (at, from, star, mark) = (0, 0, -1, 0);
        while (at < name.Length)
        {
            if (from < pattern.Length && pattern[from] == '*')
                (star, mark, from) = (from, at, from + 1);
            else if (from < pattern.Length && pattern[from] == name[at])
                (at, from) = (at + 1, from + 1);
            else if (star >= 0)
                (from, mark, at) = (star + 1, mark + 1, mark + 1);
            else
                return false;
        }

        return pattern.AsSpan(from).TrimStart('*').IsEmpty;
    }
}
