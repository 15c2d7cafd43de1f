using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Environments;

/// <summary>Environments as API v4 shows them. https://docs.gitlab.com/api/environments/</summary>
internal sealed record EnvironmentJson
{
    public required long Id { get; init; }
    public required string Name { get; init; }
    public required string Slug { get; init; }
    public required string Description { get; init; }
    public string? ExternalUrl { get; init; }
    public required string State { get; init; }
    public required string Tier { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public bool EnableAdvancedLogsQuerying { get; init; }
    public DateTimeOffset? AutoStopAt { get; init; }
    public required string AutoStopSetting { get; init; }
    public string? KubernetesNamespace { get; init; }
    public string? FluxResourcePath { get; init; }

    public static EnvironmentJson From(EnvironmentRow row) =>
        new()
        {
            Id = row.Id,
            Name = row.Name,
            Slug = row.Slug,
            Description = row.Description,
            ExternalUrl = row.ExternalUrl,
            State = row.State,
            Tier = row.Tier,
            CreatedAt = row.CreatedAt.Instant(),
            UpdatedAt = row.UpdatedAt.Instant(),
            AutoStopAt = row.AutoStopAt.Instant(),
            AutoStopSetting = row.AutoStopSetting,
        };
}
