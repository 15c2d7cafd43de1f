using Slipway.Engine;
using Slipway.Engine.Payloads;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Secrets;

namespace Slipway.Server.Environments;

/// <summary>A job's <c>environment:url</c> once the job is over, with what its own dotenv report says (gitlab-ci-yaml §10.4).</summary>
internal sealed class EnvironmentUrls(SecretBox secrets, ServerUrl url)
{
    private const int Longest = 4096;

    /// <returns>Nothing when it has none, or what comes of it is no http or https address.</returns>
    public async Task<string?> OfAsync(Session session, PipelineChange change, JobState job, long jobId, CancellationToken ct)
    {
        if (job.Job.Environment?.Url is null)
            return null;
        var path = await session.FindAsync<string>("SELECT full_path FROM projects WHERE id = @ProjectId", change.Pipeline, ct);
        var page = url.Of($"/{path}/-");
        var identity = new JobIdentity
        {
            Id = jobId,
            // An address that everybody may see is no place for a secret.
            Token = "",
            Url = $"{page}/jobs/{jobId}",
            PipelineId = change.Pipeline.Id,
            PipelineUrl = $"{page}/pipelines/{change.Pipeline.Id}",
        };
        var received = await DotenvVariables.OfAsync(session, secrets, change.Pipeline.Id, change.After, job, ct);
        var own = await DotenvVariables.OwnAsync(session, secrets, jobId, ct);
        var found = JobPayloads.EnvironmentUrl(change.After.Pipeline, job, identity, received, own);
        return found is { Length: <= Longest } ? found : null;
    }
}
