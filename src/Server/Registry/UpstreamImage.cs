namespace Slipway.Server.Registry;

/// <summary>An image where it comes from.</summary>
/// <param name="Repository">As the registry has it: <c>library/alpine</c>.</param>
internal sealed record UpstreamImage(RegistryOptions.Upstream Registry, string Repository)
{
    /// <summary>What it is cached under: <c>docker.io/library/alpine</c>.</summary>
    public string Name { get; } = $"{Registry.Name}/{Repository}";

    /// <summary>As people call the registry.</summary>
    public string Host => Registry.Url.Authority;

    /// <param name="image">As it is asked for. A first word with a dot is a registry's name, as it is for Docker.</param>
    /// <returns>Nothing when the server fetches nothing from that registry.</returns>
    public static UpstreamImage? Find(IReadOnlyList<RegistryOptions.Upstream> upstreams, string image)
    {
        var slash = image.IndexOf('/');
        var isNamed = slash > 0 && image.AsSpan(0, slash).Contains('.');
        var registry = isNamed ? upstreams.FirstOrDefault(one => one.Name == image[..slash]) : upstreams[0];
        if (registry is null)
            return null;
        var repository = isNamed ? image[(slash + 1)..] : image;
        // Docker Hub's own images are in a folder that nobody writes.
        return new UpstreamImage(
            registry,
            registry.Name == RegistryOptions.Upstream.Hub && !repository.Contains('/') ? "library/" + repository : repository
        );
    }

    /// <param name="what"><c>manifests/latest</c>.</param>
    public Uri Address(string what) => new($"{Registry.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v2/{Repository}/{what}");
}
