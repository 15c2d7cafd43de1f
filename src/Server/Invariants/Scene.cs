using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Secrets;

namespace Slipway.Server.Invariants;

/// <summary>All that a server keeps, to be looked at and not changed. A server may work on it meanwhile.</summary>
/// <param name="Secrets">Nothing when the key file cannot be used.</param>
/// <param name="Now">Unix milliseconds: the clock when the server runs; when it does not, the last moment anything was heard of.</param>
internal sealed record Scene(
    Db Db,
    IBlobStore Blobs,
    TraceFolder Traces,
    Repositories Repositories,
    SecretBox? Secrets,
    JobOptions Jobs,
    long Now
)
{
    /// <summary>Digests of the layers and manifests that were found to be damaged.</summary>
    public List<string> Damaged { get; } = [];
}
