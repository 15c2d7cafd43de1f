namespace Slipway.Server.Environments;

/// <summary>Which names environments may have (gitlab-ci-yaml §7.9).</summary>
internal static class EnvironmentNames
{
    public const int Longest = 255;

    public const string Rule =
        "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= Longest
        && name[0] != '/'
        && name[^1] != '/'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "-_/${}. ".Contains(c));
}
