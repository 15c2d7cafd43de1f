namespace Slipway.Server.Registry.Contents;

/// <summary>What a manifest says of itself and of what it names, for people to read. All of it is a stranger's word.</summary>
internal sealed record ImageFacts
{
    /// <summary>Of the image's config; nothing for an index.</summary>
    public string? ConfigDigest { get; init; }

    public string? ConfigType { get; init; }
    public IReadOnlyList<ImagePart> Layers { get; init; } = [];

    /// <summary>What an index holds.</summary>
    public IReadOnlyList<ImagePart> Manifests { get; init; } = [];

    public string? Subject { get; init; }
    public IReadOnlyList<(string Name, string Value)> Annotations { get; init; } = [];

    /// <summary>What the image's config says; nothing when there is none, or none that can be read.</summary>
    public ImageConfig? Config { get; init; }
}

/// <summary>What a manifest names.</summary>
/// <param name="Platform"><c>linux/arm64/v8</c>, of what an index holds.</param>
/// <param name="Role">What it is besides an image, when the index says so: <c>attestation-manifest</c>.</param>
internal sealed record ImagePart(string Digest, string MediaType, long Size, string? Platform, string? Role);

/// <summary>What an image's config says. https://github.com/opencontainers/image-spec/blob/main/config.md</summary>
/// <param name="Created">Unix milliseconds.</param>
internal sealed record ImageConfig(long? Created, string Platform, string? Author)
{
    public IReadOnlyList<(string Name, string Value)> Settings { get; init; } = [];
    public IReadOnlyList<(string Name, string Value)> Labels { get; init; } = [];

    /// <summary>From the first step to the last.</summary>
    public IReadOnlyList<ImageStep> History { get; init; } = [];
}

/// <summary>How a part of an image was made.</summary>
/// <param name="IsEmpty">It made no layer.</param>
internal sealed record ImageStep(string CreatedBy, bool IsEmpty);
