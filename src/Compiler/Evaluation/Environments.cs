using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>A job's <c>environment</c> with its variables replaced (gitlab-ci-yaml §7.9).</summary>
internal static class Environments
{
    /// <returns><see langword="null"/> when there is none, or when nothing is left of its name.</returns>
    public static DeployEnvironment? Of(EnvironmentConfig? environment, VariableScope scope)
    {
        if (environment is null)
            return null;
        var name = scope.Expand(environment.Name.Text);
        if (string.IsNullOrWhiteSpace(name))
            return null;
        return new DeployEnvironment(
            name,
            Slugs.OfEnvironment(name),
            environment.Url?.Text,
            environment.Action,
            environment.OnStop?.Text,
            environment.AutoStopIn is { } stop ? scope.Expand(stop.Text) : null,
            environment.DeploymentTier is { } tier && scope.Expand(tier) is var given && IsTier(given) ? given : Tier(name)
        )
        {
            Kubernetes = environment.Kubernetes is { } cluster ? Cluster(cluster, scope) : null,
        };
    }

    private static DeployEnvironment.Cluster Cluster(KubernetesConfig cluster, VariableScope scope)
    {
        return new(Expand(cluster.Agent), Expand(cluster.Namespace), Expand(cluster.FluxResourcePath), cluster.ManagedResources);

        string? Expand(string? text) => text is null ? null : scope.Expand(text);
    }

    /// <summary>What a variable held may be none.</summary>
    private static bool IsTier(string word) => word == "other" || Tiers.Any(tier => tier.Tier == word);

    /// <summary>The URL as far as it is known before the job runs; the job's own dotenv report may bring the rest.</summary>
    public static DeployEnvironment WithUrl(DeployEnvironment environment, VariableScope scope) =>
        environment.Url is { } url ? environment with { Url = scope.ExpandExisting(url) } : environment;

    private static readonly (string Tier, string[] Parts)[] Tiers =
    [
        ("development", ["dev", "review", "trunk"]),
        ("testing", ["test", "tst", "int", "acpt", "accept", "qa", "qc", "control", "quality"]),
        ("staging", ["stg", "stag", "mod", "model", "pre", "demo", "non"]),
        ("production", ["prod", "prd", "live"]),
    ];

    /// <summary>GitLab's guess, by what the name holds; the first that fits.</summary>
    internal static string Tier(string name)
    {
        foreach (var (tier, parts) in Tiers)
            if (parts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))
                return tier;
        return "other";
    }
}
