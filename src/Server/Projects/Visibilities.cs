namespace Slipway.Server.Projects;

/// <summary>GitLab's words for who sees a project or a group.</summary>
internal static class Visibilities
{
    private static readonly string[] Words = ["private", "internal", "public"];

    /// <returns>The higher, the more people see it; nothing when it is no such word.</returns>
    public static int? Rank(string? word) => Array.IndexOf(Words, word) is >= 0 and var rank ? rank : null;
}
