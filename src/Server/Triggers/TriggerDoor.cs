using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Triggers;

/// <summary>Who comes with a token, and what is made for them.</summary>
internal sealed class TriggerDoor(
    Db db,
    TriggerStore store,
    Authentication authentication,
    Repositories repositories,
    PipelineCreation creation,
    ServerUrl url,
    TimeProvider time
)
{
    private const int LongestKey = 255;

    public async Task<IResult> StartAsync(HttpContext http, string name, string? refInPath, Parameters p, CancellationToken ct)
    {
        // A pipeline's own webhook must not start the next one.
        if (http.Request.Headers["X-Gitlab-Event"] == "Pipeline Hook")
            return Answers.Forbidden();
        if ((refInPath ?? p.Text("ref")) is not { Length: > 0 } @ref)
            return Answers.BadParameter("ref is missing");
        if (p.Text("token") is not { Length: > 0 } token)
            return Answers.BadParameter("token is missing");
        var (variables, problem) = Variables(p);
        if (problem is not null)
            return problem;
        // One answer for a project that is not there and for a token that is no good for it.
        if (await Lookup.ProjectAsync(db, name, ct) is not { } project || await StarterAsync(project, token, ct) is not { } starter)
            return Answers.NotFound();
        var (sha, shortRef, tag) = await NamedRef.FindAsync(repositories.Of(project.Id), @ref, ct);
        if (sha is null)
            return Answers.Invalid("base", "Reference not found");
        var outcome = await creation.CreateAsync(
            new PipelineOrder
            {
                Project = project,
                User = starter.User,
                Source = starter.Trigger is null ? "pipeline" : "trigger",
                Ref = shortRef,
                IsTag = tag,
                Sha = sha,
                Variables = variables,
                Inputs = p.Map("inputs").ToImmutableDictionary(),
                TriggerId = starter.Trigger?.Id,
                TriggerShortToken = starter.Trigger is null ? null : TriggerStore.ShortOf(token),
                Payload = TriggerPayload.Of(p, Pairs(http), ("id", name), ("ref", @ref)),
                Origin = Origin(http, starter),
                HookLink = HookLink.Of(http),
            },
            ct
        );
        return await AnswerAsync(outcome, project, starter, ct);
    }

    private async Task<IResult> AnswerAsync(PipelineOutcome outcome, ProjectRow project, Starter starter, CancellationToken ct)
    {
        if (outcome is PipelineOutcome.Refused refused)
            return Answers.Invalid("base", refused.Message);
        var pipeline = ((PipelineOutcome.Created)outcome).Pipeline;
        if (starter.Trigger is { } trigger)
            await store.UsedAsync(trigger, ct);
        return pipeline.YamlErrors is { } errors
            ? Answers.Invalid("base", errors)
            : Answers.Created(await PipelinesApi.WholeAsync(project, pipeline.Id, db, url, ct));
    }

    private async Task<Starter?> StarterAsync(ProjectRow project, string token, CancellationToken ct)
    {
        if (await store.ByTokenAsync(token, ct) is { } trigger)
        {
            const string owner = $"SELECT {UserRow.Columns} FROM users WHERE id = @OwnerId";
            return trigger.ProjectId == project.Id && await db.FindAsync<UserRow>(owner, new { trigger.OwnerId }, ct) is { } user
                ? new Starter(user, trigger, null)
                : null;
        }

        if (await authentication.JobAsync(token, ct) is not Credential.Good { Actor: Actor.Job job })
            return null;
        var verdict = await ProjectAccess.CheckAsync(
            db,
            job,
            project,
            Abilities.TriggerPipeline,
            Scopes.Api,
            reads: false,
            time.Milliseconds(),
            ct
        );
        return verdict is Verdict.Allowed ? new Starter(job.User, null, job.JobId) : null;
    }

    private static string? Origin(HttpContext http, Starter starter) =>
        http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 and <= LongestKey } key
            ? $"trigger:{starter.Trigger?.Id}:{starter.Job}:{Tokens.Hash(key)}"
            : null;

    private static (ImmutableArray<Variable> Variables, IResult? Problem) Variables(Parameters p)
    {
        if (
            p.Json is { } json
            && json.TryGetProperty("variables", out var given)
            && (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Any(one => one.Value.ValueKind != JsonValueKind.String))
        )
            return ([], Answers.Message(400, "variables needs to be a map of key-valued strings"));
        var (variables, problem) = GivenVariables.Read(p);
        return (variables, problem is null ? null : Answers.BadParameter(problem));
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(HttpContext http) =>
        http.Request.Query.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()));

    private sealed record Starter(UserRow User, PipelineTriggerRow? Trigger, long? Job);
}
