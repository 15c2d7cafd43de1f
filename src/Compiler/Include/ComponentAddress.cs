namespace Slipway.Compiler.Include;

/// <summary><c>SERVER/group/project/NAME@REFERENCE</c>, taken apart.</summary>
internal sealed record ComponentAddress(string Project, string Name, string Reference)
{
    public const string Latest = "~latest";

    /// <summary>The reference is <c>1</c> or <c>1.2</c>.</summary>
    public bool IsPartial => ComponentVersion.IsPartial(Reference);

    /// <returns><see langword="null"/> for what is no address on this server.</returns>
    public static ComponentAddress? Parse(string address, string server)
    {
        var at = address.IndexOf('@');
        if (at < 0 || !address.StartsWith(server + "/", StringComparison.Ordinal) || at <= server.Length)
            return null;
        var path = address[(server.Length + 1)..at];
        var slash = path.LastIndexOf('/');
        return new ComponentAddress(slash <= 0 ? "" : path[..slash], path[(slash + 1)..], address[(at + 1)..]);
    }
}

/// <summary>Which of a project's published versions a reference means. https://docs.gitlab.com/ci/components/#component-versions</summary>
internal static class ComponentVersion
{
    /// <summary>The newest for <c>~latest</c>, the newest <c>1.*.*</c> for <c>1</c>, never a pre-release; else the one that is called so.</summary>
    /// <returns>A name out of <paramref name="names"/>; <see langword="null"/> when none fits, or the reference is no version.</returns>
    public static string? Pick(string reference, IReadOnlyList<string> names)
    {
        if (reference != ComponentAddress.Latest && !IsPartial(reference))
            return names.Contains(reference) && Numbers(reference, out _) is not null ? reference : null;
        (int, int, int)? newest = null;
        string? picked = null;
        foreach (var name in names)
        {
            if (Numbers(name, out var isPreRelease) is not { } numbers || isPreRelease || !Fits(reference, numbers))
                continue;
            if (newest is null || numbers.CompareTo(newest.Value) > 0 || (numbers == newest && string.CompareOrdinal(name, picked) < 0))
                (newest, picked) = (numbers, name);
        }
        return picked;
    }

    /// <summary>Whether the versions have to be asked for at all.</summary>
    public static bool MayBe(string reference) =>
        reference == ComponentAddress.Latest || IsPartial(reference) || Numbers(reference, out _) is not null;

    public static bool IsPartial(string reference) => reference.Split('.') is { Length: 1 or 2 } parts && parts.All(IsNumber);

    private static bool Fits(string reference, (int Major, int Minor, int) numbers) =>
        reference == ComponentAddress.Latest
        || (
            reference.Split('.') is [var major, .. var rest]
            && int.Parse(major) == numbers.Major
            && (rest.Length == 0 || int.Parse(rest[0]) == numbers.Minor)
        );

    /// <summary>Of <c>1.2.3</c>, <c>v1.2.3</c>, <c>1.2.3-rc.1+build</c>; <see langword="null"/> for what is no semantic version.</summary>
    private static (int Major, int Minor, int Patch)? Numbers(string version, out bool isPreRelease)
    {
        var text = version.StartsWith('v') ? version[1..] : version;
        var plus = text.IndexOf('+');
        var core = plus < 0 ? text : text[..plus];
        var dash = core.IndexOf('-');
        isPreRelease = dash >= 0;
        var parts = (dash < 0 ? core : core[..dash]).Split('.');
        if (parts.Length != 3 || !parts.All(part => IsNumber(part) && (part.Length == 1 || part[0] != '0')))
            return null;
        return (int.Parse(parts[0]), int.Parse(parts[1]), int.Parse(parts[2]));
    }

    private static bool IsNumber(string text) => text.Length is > 0 and <= 9 && text.All(char.IsAsciiDigit);
}
