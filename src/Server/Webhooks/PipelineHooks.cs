using System.Text.Json;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Work;

namespace Slipway.Server.Webhooks;

/// <summary>Notes what happens to pipelines, jobs and deployments that somebody wants to be told of, with the change itself; <see cref="PipelineTelling"/> tells of it afterwards.</summary>
internal sealed class PipelineHooks(HeardEvents heardEvents, WorkLoop work, TimeProvider time)
{
    /// <summary>A <see cref="PipelineFollower"/>.</summary>
    public async Task<IReadOnlyList<RefusedJob>> FollowAsync(Session session, PipelineChange change, CancellationToken ct)
    {
        var heard = await heardEvents.OfAsync(session, change.Pipeline.ProjectId, ct);
        if (heard.Count == 0)
            return [];
        var (pipeline, now) = (change.Pipeline.Id, time.Milliseconds());
        if (heard.Contains(HookTrigger.Pipeline) && (change.After.Status != change.Before.Status || change.Before.Jobs.Length == 0))
            await AddAsync(HookTrigger.Pipeline, null, change.After.Status);
        foreach (var job in change.Jobs)
        {
            if (heard.Contains(HookTrigger.Job) && !job.Job.IsBridge)
                await AddAsync(HookTrigger.Job, job.Number, job.Status);
            if (heard.Contains(HookTrigger.Deployment) && job.Job.Environment is { Action: "start" } && IsDeployment(job.Status))
                await AddAsync(HookTrigger.Deployment, job.Number, job.Status);
        }

        return [];

        Task AddAsync(string trigger, int? number, Status status) =>
            work.AddAsync(session, WebhookWork.Tell, new WebhookWork.Happened(trigger, pipeline, number, Statuses.Word(status), now), ct);
    }

    private static bool IsDeployment(Status status) => status is Status.Running or Status.Success or Status.Failed or Status.Canceled;
}

/// <summary>Puts together what is said of something that happened to a pipeline.</summary>
internal sealed class PipelineTelling(Db db, HookBodies bodies, WebhookStore hooks)
{
    public async Task OnTellAsync(WebhookWork.Happened happened, CancellationToken ct)
    {
        if (await bodies.OfAsync(happened, ct) is not (var project, { } body, var link))
            return;
        var text = JsonSerializer.Serialize(body, Answers.Json);
        await db.WriteAsync((session, t) => hooks.TellAsync(session, project, happened.Trigger, happened.Subject, text, null, link, t), ct);
    }
}
