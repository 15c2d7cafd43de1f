namespace Slipway.Cli.Project.Includes;

/// <summary>What a user may write for a ref. Anything else names nothing, and never reaches git.</summary>
internal static class RefNames
{
    private const int Longest = 255;

    public static bool IsSha(string name) => name.Length is 40 or 64 && name.All(char.IsAsciiHexDigitLower);

    /// <summary>git's own rules for names, https://git-scm.com/docs/git-check-ref-format, and no dash in front.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= Longest
        && name[0] is not ('-' or '/' or '.')
        && name[^1] is not ('/' or '.')
        && !name.Contains("..", StringComparison.Ordinal)
        && !name.Contains("//", StringComparison.Ordinal)
        && !name.Contains("/.", StringComparison.Ordinal)
        && !name.Contains("@{", StringComparison.Ordinal)
        && !name.EndsWith(".lock", StringComparison.Ordinal)
        && !name.Contains(".lock/", StringComparison.Ordinal)
        && name.All(c => c > ' ' && c != '\u007f' && c is not ('~' or '^' or ':' or '?' or '*' or '[' or '\\'));

    /// <summary><c>group/project</c>, every part a name a project may have.</summary>
    public static bool IsProject(string path) =>
        path.Length <= Longest && path.Split('/') is { Length: >= 2 } parts && parts.All(RemoteUrl.IsName);
}
