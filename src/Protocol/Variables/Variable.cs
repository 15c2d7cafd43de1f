namespace Slipway.Protocol.Variables;

/// <summary>One CI/CD variable. Lists of these are ordered, and the later of two with one key wins.</summary>
/// <param name="Public">Shown to service containers. GitLab's predefined secrets and project variables are not public.</param>
/// <param name="Masked">The runner writes <c>[MASKED]</c> for its value in the log.</param>
/// <param name="File">The value goes to a file and the environment holds the file's path.</param>
/// <param name="Raw">Never expanded.</param>
public sealed record Variable(string Key, string Value, bool Public = true, bool Masked = false, bool File = false, bool Raw = false)
{
    public string Value { get; init; } = Value ?? "";
}
