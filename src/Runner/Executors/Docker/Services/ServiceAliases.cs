using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>The host names a service is reached by (runner-protocol §14.2, Services).</summary>
internal static class ServiceAliases
{
    /// <summary>
    /// Those derived from the image's name as written, its registry's port, tag and digest dropped: <c>a/b</c> gives <c>a__b</c> and
    /// <c>a-b</c>; then those of <paramref name="alias"/>, which are separated by spaces or commas. No name twice.
    /// </summary>
    public static IReadOnlyList<string> Of(ImageReference image, string? alias)
    {
        var name = image.Name;
        var slash = name.IndexOf('/');
        var colon = slash < 0 ? -1 : name.AsSpan(0, slash).IndexOf(':');
        if (colon >= 0)
            name = name[..colon] + name[slash..];
        string[] all =
        [
            name.Replace("/", "__"),
            name.Replace('/', '-'),
            .. (alias ?? "").Split([' ', ',', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries),
        ];
        return [.. all.Distinct()];
    }

    /// <summary>For container names: letters, digits, <c>_</c>, <c>.</c> and <c>-</c>.</summary>
    public static string Slug(ImageReference image) =>
        string.Concat(Of(image, null)[0].Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'));
}
