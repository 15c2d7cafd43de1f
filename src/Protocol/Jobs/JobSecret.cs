using System.Collections.Immutable;

namespace Slipway.Protocol.Jobs;

/// <summary>Where the runner finds a secret, and how it signs in there (runner-protocol §4.10). Exactly one provider is given.</summary>
public sealed record JobSecret
{
    public VaultSecret? Vault { get; init; }
    public GcpSecret? GcpSecretManager { get; init; }
    public AzureSecret? AzureKeyVault { get; init; }
    public AwsSecret? AwsSecretsManager { get; init; }
    public GitlabSecret? GitlabSecretsManager { get; init; }

    /// <summary>The variable holds the path of a file with the secret in it.</summary>
    public bool File { get; init; } = true;

    /// <summary>HashiCorp Vault.</summary>
    public sealed record VaultSecret(VaultServer Server, SecretEngine Engine, string Path, string Field);

    public sealed record VaultServer(string Url, string Namespace, VaultAuth Auth);

    /// <param name="Name">The method: <c>jwt</c>.</param>
    /// <param name="Path">Where it is mounted.</param>
    public sealed record VaultAuth(string Name, string Path, ImmutableSortedDictionary<string, string> Data);

    public sealed record SecretEngine(string Name, string Path);

    public sealed record GcpSecret(string Name, string Version, GcpServer Server);

    public sealed record GcpServer(
        string ProjectNumber,
        string WorkloadIdentityFederationPoolId,
        string WorkloadIdentityFederationProviderId,
        string Jwt
    );

    public sealed record AzureSecret(string Name, string? Version, AzureServer Server);

    public sealed record AzureServer(string ClientId, string TenantId, string Jwt, string Url);

    public sealed record AwsSecret(string SecretId, AwsServer Server)
    {
        public string? VersionId { get; init; }
        public string? VersionStage { get; init; }
        public string? Field { get; init; }
        public string? Region { get; init; }
        public string? RoleArn { get; init; }
        public string? RoleSessionName { get; init; }
    }

    public sealed record AwsServer(string Region, string? Jwt, string? RoleArn, string? RoleSessionName);

    /// <summary>GitLab's own vault.</summary>
    public sealed record GitlabSecret(GitlabServer Server, SecretEngine Engine, string Path, string Field);

    public sealed record GitlabServer(string Url, GitlabAuth InlineAuth);

    /// <param name="Path">Of the whole login request.</param>
    public sealed record GitlabAuth(string Path, string Jwt, string Role);
}
