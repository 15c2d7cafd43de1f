namespace Slipway.Server.Registry;

/// <summary>
/// What an address below <c>/v2/</c> means. Read from its end, for a repository's name has any number of words, and one may be <c>blobs</c>.
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
/// </summary>
internal abstract record RegistryPath
{
    private RegistryPath() { }

    public sealed record Root : RegistryPath;

    public sealed record Catalog : RegistryPath;

    public sealed record Unknown : RegistryPath;

    /// <param name="Name">The repository's, as it was sent.</param>
    public abstract record In(string Name) : RegistryPath;

    public sealed record Blob(string Name, string Digest) : In(Name);

    public sealed record Uploads(string Name) : In(Name);

    public sealed record Upload(string Name, string Key) : In(Name);

    /// <param name="Reference">A tag or a digest.</param>
    public sealed record Manifest(string Name, string Reference) : In(Name);

    public sealed record Tags(string Name) : In(Name);

    public sealed record Referrers(string Name, string Digest) : In(Name);

    /// <param name="path">What follows <c>/v2</c>.</param>
    public static RegistryPath Parse(string path)
    {
        var trimmed = path.Trim('/');
        if (trimmed.Length == 0)
            return new Root();
        if (trimmed == "_catalog")
            return new Catalog();
        return trimmed.Split('/') switch
        {
            [.. { Length: > 0 } name, "tags", "list"] => new Tags(Join(name)),
            [.. { Length: > 0 } name, "blobs", "uploads"] => new Uploads(Join(name)),
            [.. { Length: > 0 } name, "blobs", "uploads", var key] => new Upload(Join(name), key),
            [.. { Length: > 0 } name, "blobs", var digest] => new Blob(Join(name), digest),
            [.. { Length: > 0 } name, "manifests", var reference] => new Manifest(Join(name), reference),
            [.. { Length: > 0 } name, "referrers", var digest] => new Referrers(Join(name), digest),
            _ => new Unknown(),
        };
    }

    private static string Join(string[] words) => string.Join('/', words);
}
