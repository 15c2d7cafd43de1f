using System.Net;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Jobs;
using Slipway.Server.Registry;

namespace Slipway.Server;

/// <summary>How a server is started. What an administrator changes while it runs is in the database.</summary>
public sealed record ServerOptions
{
    /// <summary>Everything it keeps on this machine: <c>slipway.db</c>, <c>repositories/</c>, <c>blobs/</c>, <c>traces/</c>, <c>secret.key</c>. Made when it is not there.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where it listens: an address and a port, 0 for any that is free. Loopback, 8080.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>What users and runners call it, <c>https://git.example.com</c>; nothing: what it listens on.</summary>
    public Uri? ExternalUrl { get; init; }

    /// <summary>The database: <c>postgres://…</c>, or the path of a SQLite file. Nothing: <c>slipway.db</c> in the data folder.</summary>
    public string? Database { get; init; }

    /// <summary>
    /// Host names, addresses and networks (<c>hooks.example.com</c>, <c>10.0.0.7</c>, <c>10.1.0.0/16</c>) that webhooks and remote includes may reach although
    /// they are not public. None; at most 1,000.
    /// </summary>
    public IReadOnlyList<string> AllowedOutbound { get; init; } = [];

    /// <summary>Where blobs are, <c>s3://bucket/prefix?endpoint=https://s3.example.com</c>. Nothing: <c>blobs/</c> in the data folder.</summary>
    public string? Blobs { get; init; }

    /// <summary>Opens the bucket.</summary>
    public string? BlobsAccessKey { get; init; }

    /// <summary>Opens the bucket.</summary>
    public string? BlobsSecretKey { get; init; }

    /// <summary>A collector of OpenTelemetry's, <c>http://127.0.0.1:4318</c>, that is sent spans of what the server does. Nothing: nobody.</summary>
    public Uri? TracesTo { get; init; }

    /// <summary>Bytes of what one push brings, packed: GitLab's <c>receive_max_input_size</c>. 5 GiB.</summary>
    public long PackBytes { get; init; } = 5L << 30;

    /// <summary>
    /// Downstream pipelines that trigger jobs may start within a minute for the same project, user and commit: GitLab's
    /// <c>downstream_pipeline_trigger_limit_per_project_user_sha</c>. 0, as there: any number.
    /// </summary>
    public int DownstreamTriggerLimit { get; init; }

    /// <summary>
    /// Proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed. None: who connects is who asks.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Rounds of a password's hash. Less is for tests only.</summary>
    internal int PasswordRounds { get; init; } = 210_000;

    /// <summary>Bounds of jobs and of what runners send.</summary>
    public JobOptions Jobs { get; init; } = new();

    /// <summary>Bounds of the container registry.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>What answers for the web where tests play it; nothing: the web.</summary>
    internal HttpMessageHandler? Web { get; init; }

    internal string Folder(string name) => Path.Combine(DataFolder, name);

    /// <exception cref="FormatException">The bucket's address cannot be read, or its keys are missing.</exception>
    internal IBlobStore OpenBlobs() =>
        Blobs is null
            ? new DiskBlobStore(Folder("blobs"))
            : new S3BlobStore(S3Address.Parse(Blobs, BlobsAccessKey, BlobsSecretKey) with { StagingFolder = DataFolder });

    internal DatabaseAddress DatabaseAddress => DatabaseAddress.Parse(Database ?? Folder("slipway.db"));
}
