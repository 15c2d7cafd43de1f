using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using static Slipway.Compiler.CompiledJob;

namespace Slipway.Engine.Payloads;

/// <summary>
/// A job's <c>secrets</c> as the runner wants them: where they lie, from the configuration, and how to sign in there, from variables whose names
/// GitLab has set. https://docs.gitlab.com/ci/secrets/
/// </summary>
internal sealed class SecretPayloads
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly CompiledJob _job;

    private SecretPayloads(CompiledJob job, ImmutableArray<Variable> variables)
    {
        _job = job;
        foreach (var variable in variables)
            _values[variable.Key] = variable.Value;
    }

    /// <param name="variables">The job's, with references replaced.</param>
    /// <returns><see langword="null"/> when it wants none.</returns>
    public static ImmutableSortedDictionary<string, JobSecret>? Of(CompiledJob job, ImmutableArray<Variable> variables)
    {
        if (job.Secrets.IsDefaultOrEmpty)
            return null;
        var payloads = new SecretPayloads(job, variables);
        return job.Secrets.ToImmutableSortedDictionary(secret => secret.Name, payloads.Of, StringComparer.Ordinal);
    }

    private JobSecret Of(Secret secret)
    {
        var payload = new JobSecret { File = secret.File };
        return secret.Source switch
        {
            SecretSource.Vault vault => payload with { Vault = Vault(vault, secret) },
            SecretSource.Azure azure => payload with { AzureKeyVault = Azure(azure, secret) },
            SecretSource.Gcp gcp => payload with { GcpSecretManager = Gcp(gcp, secret) },
            SecretSource.Aws aws => payload with { AwsSecretsManager = Aws(aws, secret) },
            SecretSource.Gitlab own => payload with { GitlabSecretsManager = Gitlab(own) },
            var other => throw new ArgumentOutOfRangeException(nameof(secret), other, null),
        };
    }

    private JobSecret.VaultSecret Vault(SecretSource.Vault vault, Secret secret)
    {
        var data = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("jwt", Token(secret));
        if (Value("VAULT_AUTH_ROLE") is { Length: > 0 } role)
            data = data.Add("role", role);
        var path = Value("VAULT_AUTH_PATH") is { Length: > 0 } given ? given : "jwt";
        return new JobSecret.VaultSecret(
            new JobSecret.VaultServer(Value("VAULT_SERVER_URL"), Value("VAULT_NAMESPACE"), new JobSecret.VaultAuth("jwt", path, data)),
            new JobSecret.SecretEngine(vault.EngineName, vault.EnginePath),
            vault.Path,
            vault.Field
        );
    }

    private JobSecret.AzureSecret Azure(SecretSource.Azure azure, Secret secret) =>
        new(
            azure.Name,
            azure.Version,
            new JobSecret.AzureServer(
                Value("AZURE_CLIENT_ID"),
                Value("AZURE_TENANT_ID"),
                Token(secret),
                Value("AZURE_KEY_VAULT_SERVER_URL")
            )
        );

    private JobSecret.GcpSecret Gcp(SecretSource.Gcp gcp, Secret secret) =>
        new(
            gcp.Name,
            gcp.Version,
            new JobSecret.GcpServer(
                Value("GCP_PROJECT_NUMBER"),
                Value("GCP_WORKLOAD_IDENTITY_FEDERATION_POOL_ID"),
                Value("GCP_WORKLOAD_IDENTITY_FEDERATION_PROVIDER_ID"),
                Token(secret)
            )
        );

    /// <summary>Without a token the runner signs in as the machine it runs on.</summary>
    private JobSecret.AwsSecret Aws(SecretSource.Aws aws, Secret secret)
    {
        const string usual = "AWS_ID_TOKEN";
        var token = secret.Token ?? (_job.IdTokens.Any(known => known.Name == usual) ? "$" + usual : null);
        var server = new JobSecret.AwsServer(Value("AWS_REGION"), token, Optional("AWS_ROLE_ARN"), Optional("AWS_ROLE_SESSION_NAME"));
        return new JobSecret.AwsSecret(aws.SecretId, server)
        {
            Field = aws.Field,
            VersionId = aws.VersionId,
            VersionStage = aws.VersionStage,
            Region = aws.Region,
            RoleArn = aws.RoleArn,
            RoleSessionName = aws.RoleSessionName,
        };
    }

    /// <summary>Address, login and engine are for the server to say that has such a vault; without one they are empty, and no runner finds it.</summary>
    private static JobSecret.GitlabSecret Gitlab(SecretSource.Gitlab own) =>
        new(
            new JobSecret.GitlabServer("", new JobSecret.GitlabAuth("", "", "")),
            new JobSecret.SecretEngine("", ""),
            own.Owner is null ? own.Name : $"{own.Owner}/{own.Name}",
            ""
        );

    private string Token(Secret secret) => secret.Token ?? (_job.IdTokens is [var first, ..] ? "$" + first.Name : "");

    private string Value(string key) => _values.GetValueOrDefault(key, "");

    private string? Optional(string key) => _values.GetValueOrDefault(key);
}
