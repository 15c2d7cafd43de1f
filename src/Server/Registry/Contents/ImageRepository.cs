namespace Slipway.Server.Registry.Contents;

/// <summary>A repository of images, as lists show it.</summary>
internal sealed record ImageRepository
{
    public long Id { get; init; }
    public long ProjectId { get; init; }

    /// <summary>Below the project's path; empty: the project's own.</summary>
    public string Name { get; init; } = "";

    /// <summary>The project's.</summary>
    public string FullPath { get; init; } = "";

    public long CreatedAt { get; init; }

    /// <summary>When the cleanup policy last began with it; nothing: never.</summary>
    public long? CleanedAt { get; init; }

    /// <summary>How many it has.</summary>
    public long Tags { get; init; }

    /// <summary>As clients name it, without the host.</summary>
    public string Path => FullPath.ToLowerInvariant() + (Name.Length == 0 ? "" : "/" + Name);
}
