namespace Slipway.Server.Git;

/// <summary>Names of branches, tags and other refs, and which of them a user may give. https://git-scm.com/docs/git-check-ref-format</summary>
internal static class RefNames
{
    public const string Heads = "refs/heads/";
    public const string Tags = "refs/tags/";
    public const string Pipelines = "refs/pipelines/";

    /// <summary>Bytes of a full name. A file of that name with <c>.lock</c> behind it must fit into a folder.</summary>
    private const int MaxBytes = 1024;
    private const int MaxPartBytes = 250;

    /// <summary>The branch's name, or nothing when the ref is no branch.</summary>
    public static string? Branch(string name) => name.StartsWith(Heads) ? name[Heads.Length..] : null;

    public static string? Tag(string name) => name.StartsWith(Tags) ? name[Tags.Length..] : null;

    /// <summary>Whether Git takes a full name, and it begins with <c>refs/</c>.</summary>
    public static bool IsValid(string name)
    {
        if (
            !name.StartsWith("refs/")
            || name.EndsWith('/')
            || name.EndsWith('.')
            || System.Text.Encoding.UTF8.GetByteCount(name) > MaxBytes
        )
            return false;
        if (name.Contains("..") || name.Contains("//") || name.Contains("@{"))
            return false;
        return name.All(IsAllowed) && name.Split('/').All(IsPart);
    }

    /// <summary>Whether a branch or tag may have this short name: no option, no object's id, and not <c>HEAD</c>, each of which Git would read as something else.</summary>
    public static bool IsValidShort(string name) =>
        name.Length > 0
        && name[0] != '-'
        && name is not ("HEAD" or "@")
        && !name.StartsWith("refs/")
        && !IsSha(name)
        && IsValid(Heads + name);

    /// <summary>Whether it is an object's full id: 40 lower-case hex digits.</summary>
    public static bool IsSha(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsAllowed(char c) => c > ' ' && c != 0x7f && !"~^:?*[\\".Contains(c);

    private static bool IsPart(string part) =>
        part.Length > 0 && part[0] != '.' && !part.EndsWith(".lock") && System.Text.Encoding.UTF8.GetByteCount(part) <= MaxPartBytes;
}
