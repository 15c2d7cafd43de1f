using Slipway.Compiler;
using Slipway.Protocol.Coordination;
using Slipway.Server.Jobs.Artifacts;

namespace Slipway.Server.Runners;

/// <summary>What a runner must be able to do for a job (runner-protocol §3.4). All of it is old; only old or strange runners cannot.</summary>
internal static class RunnerNeeds
{
    /// <returns>Whether the runner lacks something without which the job would go wrong in silence.</returns>
    public static bool Missing(CompiledJob job, PipelineContext context, RunnerFeatures has) =>
        (job.Artifacts.Any(artifact => artifact.ArtifactType != ArtifactType.Archive) && !has.UploadMultipleArtifacts)
        || (job.Artifacts.Any(artifact => artifact.Exclude.Length > 0) && !has.ArtifactsExclude)
        || (context.RefKind == RefKind.MergeRequest && !has.Refspecs)
        || (job.Release is not null && !has.MultiBuildSteps)
        || (job.AllowFailureExitCodes.Length > 0 && !has.ReturnExitCode)
        || (job.Caches.Any(cache => cache.FallbackKeys.Length > 0) && !has.FallbackCacheKeys)
        || (job.Secrets.Length > 0 && !has.VaultSecrets);
}
