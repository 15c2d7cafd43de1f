namespace Slipway.Server.Registry.Contents;

/// <summary>A tag and the manifest it is at.</summary>
internal sealed record ImageTag
{
    public string Name { get; init; } = "";
    public long ManifestId { get; init; }
    public string Digest { get; init; } = "";
    public string MediaType { get; init; } = "";
    public string? ArtifactType { get; init; }
    public long CreatedAt { get; init; }

    /// <summary>When it was put where it is.</summary>
    public long UpdatedAt { get; init; }

    /// <summary>When what it is at was last pulled, within the hour; nothing: never.</summary>
    public long? PulledAt { get; init; }
}

/// <summary>How a list of tags is sorted.</summary>
internal enum TagOrder
{
    Name,
    Newest,
    Largest,
}
