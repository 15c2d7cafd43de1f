using System.Text.Json.Serialization;
using Slipway.Server.Http;
using Slipway.Server.Registry.Contents;

namespace Slipway.Server.Registry.Api;

/// <summary>A repository of images, as GitLab tells of it. https://docs.gitlab.com/api/container_registry/</summary>
internal sealed record RepositoryJson(
    long Id,
    string Name,
    string Path,
    long ProjectId,
    string Location,
    DateTimeOffset CreatedAt,
    DateTimeOffset? CleanupPolicyStartedAt
)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TagsCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<TagJson>? Tags { get; init; }

    /// <summary>For those who may.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeleteApiPath { get; init; }

    /// <summary>Bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    /// <summary>GitLab's while it deletes one; here that takes no time.</summary>
    public string? Status { get; init; }

    public static RepositoryJson From(ImageRepository row, ServerUrl url) =>
        new(row.Id, row.Name, row.Path, row.ProjectId, Where(row, url), row.CreatedAt.Instant(), row.CleanedAt?.Instant());

    public static string DeletePath(ImageRepository row, ServerUrl url) =>
        url.Of($"/api/v4/projects/{row.ProjectId}/registry/repositories/{row.Id}");

    /// <summary>What docker pulls.</summary>
    public static string Where(ImageRepository row, ServerUrl url) => $"{url.Uri.Authority}/{row.Path}";
}

/// <summary>A tag in a list.</summary>
internal sealed record TagJson(string Name, string Path, string Location)
{
    public static TagJson From(ImageRepository row, string name, ServerUrl url) =>
        new(name, $"{row.Path}:{name}", $"{RepositoryJson.Where(row, url)}:{name}");
}

/// <summary>A tag with what it is at.</summary>
/// <param name="Revision">The config's digest, without its algorithm; nothing for an index, which has none.</param>
/// <param name="TotalSize">Bytes of its layers, each once; of an index: of all its images'.</param>
internal sealed record TagDetailsJson(
    string Name,
    string Path,
    string Location,
    string? Revision,
    string? ShortRevision,
    string Digest,
    DateTimeOffset CreatedAt,
    long TotalSize
)
{
    private const int Short = 9;

    public static TagDetailsJson From(ImageRepository row, ImageTag tag, ImageFacts facts, long needed, ServerUrl url)
    {
        var (name, path, location) = TagJson.From(row, tag.Name, url);
        var revision = facts.ConfigDigest is { } digest ? digest[(digest.IndexOf(':') + 1)..] : null;
        var layers = facts.Layers.DistinctBy(layer => layer.Digest).Sum(layer => layer.Size);
        return new(
            name,
            path,
            location,
            revision,
            revision is { Length: > Short } ? revision[..Short] : revision,
            tag.Digest,
            (facts.Config?.Created ?? tag.UpdatedAt).Instant(),
            facts.ConfigDigest is null ? needed : layers
        );
    }
}
