using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Push;

/// <summary>Who pushes, and what the project says. The rules of every ref of one push are asked with the same.</summary>
/// <param name="Branches">Protection of branches, by short name.</param>
/// <param name="Tags">Protection of tags, by short name.</param>
/// <param name="IsEmpty">Nothing has been pushed yet.</param>
/// <param name="FromWeb">By the API or a page.</param>
internal sealed record PushRights(
    Role Role,
    bool IsAdmin,
    string? DefaultBranch,
    bool IsEmpty,
    bool FromWeb,
    Func<string, RefProtection> Branches,
    Func<string, RefProtection> Tags
);

/// <summary>Which refs may move, and GitLab's sentence for each that may not. https://docs.gitlab.com/user/project/repository/branches/protected/</summary>
internal static class RefRules
{
    /// <summary>What Git itself would refuse: names, and refs that are ours.</summary>
    /// <returns>Why, as Git says it; nothing when the name is good.</returns>
    public static string? CheckName(string name) =>
        !RefNames.IsValid(name) ? "funny refname"
        : name.StartsWith(RefNames.Heads) || name.StartsWith(RefNames.Tags) || name.StartsWith("refs/notes/") ? null
        : "deny updating a hidden ref";

    /// <param name="isForced">Whether it leaves commits behind; asked only where it matters.</param>
    /// <returns>Why not; nothing when it may.</returns>
    public static async Task<string?> CheckAsync(RefUpdate update, PushRights rights, Func<RefUpdate, Task<bool>> isForced)
    {
        if (RefNames.Tag(update.Ref) is { } tag)
            return CheckTag(update, tag, rights);
        if (RefNames.Branch(update.Ref) is not { } branch)
            return null;
        if (update.Deletes && branch == rights.DefaultBranch)
            return "The default branch of a project cannot be deleted.";
        if (update.Creates && !RefNames.IsValidShort(branch))
            return IsHash(branch)
                ? "You cannot create a branch with a SHA-1 or SHA-256 branch name."
                : "You cannot create a branch with an invalid name.";
        var protection = rights.Branches(branch);
        // The first branch becomes the default one, which is protected.
        if (rights.IsEmpty && !protection.IsProtected)
            return rights.Role > Role.Developer ? null : NoPush;
        if (!protection.IsProtected)
            return null;
        if (update.Deletes)
            return rights.Role < Role.Maintainer ? NoDelete
                : rights.FromWeb ? null
                : "You can only delete protected branches using the web interface.";
        if (!update.Creates && !protection.AllowForcePush && await isForced(update))
            return "You are not allowed to force push code to a protected branch on this project.";
        return protection.MayPush(rights.Role, rights.IsAdmin) ? null
            : update.Creates && !rights.IsEmpty ? "You are not allowed to create protected branches on this project."
            : NoPush;
    }

    private const string NoPush = "You are not allowed to push code to protected branches on this project.";

    private const string NoDelete =
        "You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.";

    private static string? CheckTag(RefUpdate update, string tag, PushRights rights)
    {
        if (update.Creates && !RefNames.IsValidShort(tag) && !IsHash(tag))
            return "You cannot create a tag with an invalid name.";
        var protection = rights.Tags(tag);
        if (!protection.IsProtected)
            return null;
        if (update.Deletes)
            return rights.Role < Role.Maintainer
                    ? "You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag."
                : rights.FromWeb ? null
                : "You can only delete protected tags using the web interface.";
        if (!update.Creates)
            return "Protected tags cannot be updated.";
        return protection.MayPush(rights.Role, rights.IsAdmin) ? null : "You are not allowed to create this tag as it is protected.";
    }

    private static bool IsHash(string name) => name.Length is 40 or 64 && name.All(char.IsAsciiHexDigit);
}
