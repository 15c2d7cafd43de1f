using System.Collections.Immutable;

namespace Slipway.Compiler;

// What takes more than a shell: a server that signs, publishes or knows other projects, a vault, a runner that understands steps.
public sealed partial record CompiledJob
{
    /// <summary><c>id_tokens</c>: signed by the server when it hands the job out.</summary>
    public ImmutableArray<IdToken> IdTokens { get; init; } = [];

    /// <summary><c>secrets</c>: fetched by the runner, each into a variable of its name.</summary>
    public ImmutableArray<Secret> Secrets { get; init; } = [];

    /// <summary><c>google_cloud</c>: the server signs the job in there.</summary>
    public string? Identity { get; init; }

    /// <summary>Profiles kept by the server, which makes variables of them.</summary>
    public DastProfiles? DastConfiguration { get; init; }

    /// <summary><c>run</c>, as written, as JSON: a list of steps in place of <see cref="Script"/>.</summary>
    public string? Run { get; init; }

    /// <summary>Values that the script can name as <c>${{ job.inputs.NAME }}</c>; whoever plays or retries the job may give others.</summary>
    public ImmutableArray<Input> Inputs { get; init; } = [];

    /// <summary>What of the artifacts becomes a site.</summary>
    public PagesSite? Pages { get; init; }

    /// <summary>Who may download the artifacts: <c>all</c>, <c>developer</c>, <c>maintainer</c> or <c>none</c>.</summary>
    public string ArtifactsAccess { get; init; } = "all";

    /// <summary>Under which name a merge request links to the artifacts; <see langword="null"/>: it does not.</summary>
    public string? ArtifactsExposedAs { get; init; }

    /// <summary><c>needs: {pipeline: …}</c> of a bridge: the project whose latest pipeline it shows the status of. Variables replaced.</summary>
    public string? UpstreamProject { get; init; }

    /// <summary>How a bridge follows the other pipeline: <c>depend</c>, <c>mirror</c>, or <see langword="null"/>, not at all.</summary>
    public string? BridgeStrategy => UpstreamProject is not null ? "mirror" : Trigger?.Strategy;

    /// <param name="Audiences">The <c>aud</c> claim; may hold variables, which the server replaces when it signs.</param>
    /// <param name="IsList">The claim is a list, also when it has one entry.</param>
    public sealed record IdToken(string Name, ImmutableArray<string> Audiences, bool IsList);

    /// <param name="File">The variable holds the path of a file with the secret in it.</param>
    /// <param name="Token">The ID token to sign in with, as written: <c>$VAULT_TOKEN</c>. <see langword="null"/>: the job's first.</param>
    public sealed record Secret(string Name, SecretSource Source, bool File, string? Token);

    /// <summary>Where a secret lies. Texts may hold variables, which the runner replaces.</summary>
    public abstract record SecretSource
    {
        private SecretSource(string provider) => Provider = provider;

        /// <summary>GitLab's word for it: <c>vault</c>, <c>azure_key_vault</c> …</summary>
        public string Provider { get; }

        /// <param name="EngineName"><c>kv-v2</c>, <c>kv-v1</c> or <c>generic</c>.</param>
        public sealed record Vault(string EngineName, string EnginePath, string Path, string Field) : SecretSource("vault");

        public sealed record Azure(string Name, string? Version) : SecretSource("azure_key_vault");

        public sealed record Gcp(string Name, string Version) : SecretSource("gcp_secret_manager");

        /// <param name="Field"><see langword="null"/>: the whole secret.</param>
        public sealed record Aws(string SecretId, string? Field) : SecretSource("aws_secrets_manager")
        {
            public string? VersionId { get; init; }
            public string? VersionStage { get; init; }
            public string? Region { get; init; }
            public string? RoleArn { get; init; }
            public string? RoleSessionName { get; init; }
        }

        /// <param name="Owner"><see langword="null"/>: the project itself; <c>group/FULL-PATH</c>: a group's.</param>
        public sealed record Gitlab(string Name, string? Owner) : SecretSource("gitlab_secrets_manager");
    }

    public sealed record DastProfiles(string? SiteProfile, string? ScannerProfile);

    /// <param name="Type"><c>string</c>, <c>number</c>, <c>boolean</c> or <c>array</c>.</param>
    /// <param name="Default">As JSON.</param>
    public sealed record Input(string Name, string Type, string Default)
    {
        public string? Description { get; init; }

        /// <summary>The only values allowed, when there are such.</summary>
        public ImmutableArray<string> Options { get; init; } = [];

        /// <summary>RE2 that a given value must match.</summary>
        public string? Regex { get; init; }
    }

    /// <param name="Publish">The folder below the project's; it is among the artifacts' paths.</param>
    /// <param name="PathPrefix">Below the site's address, made fit for one; <see langword="null"/>: the site itself.</param>
    /// <param name="ExpireIn">A duration or <c>never</c>; <see langword="null"/>: the server's default.</param>
    public sealed record PagesSite(string Publish, string? PathPrefix, string? ExpireIn);
}
