using System.Text.Json.Serialization;
using Slipway.Server.Http;
using Slipway.Server.Work;

namespace Slipway.Server.Git;

/// <summary>Refs have moved. What that makes necessary (pipelines, hooks) is somebody else's business, who may be told of the same push more than once.</summary>
/// <param name="Id">The push's own: one push, one row of work.</param>
/// <param name="UserId">Who pushed.</param>
/// <param name="Refs">What has really moved, in the order of the push.</param>
/// <param name="Options">As the client gave them: <c>ci.skip</c>, <c>ci.variable=NAME=value</c>, <c>ci.input=name=value</c>.</param>
/// <param name="At">When, in unix milliseconds.</param>
internal sealed record Pushed(string Id, long ProjectId, long UserId, IReadOnlyList<RefUpdate> Refs, IReadOnlyList<string> Options, long At)
{
    public static readonly WorkKind<Pushed> Work = new("pushed", PushedJson.Default.Pushed, pushed => pushed.Id);

    /// <summary>The job that pushed with its own token: such a push starts no pipeline. https://docs.gitlab.com/ci/jobs/ci_job_token/#allow-git-push-requests-to-your-project-repository</summary>
    public long? JobId { get; init; }

    /// <summary>The webhook's event that made somebody push.</summary>
    public HookLink? HookLink { get; init; }
}

/// <summary>A push that should be over by now; if its row is still there, its process died.</summary>
internal sealed record PushIntent(string Id)
{
    public static readonly WorkKind<PushIntent> Work = new("push_intent", PushedJson.Default.PushIntent, intent => intent.Id);
}

/// <summary>What is written down before refs move.</summary>
/// <param name="Seen">Refs of it that were since seen where it was to put them.</param>
internal sealed record IntendedPush(Pushed Push, IReadOnlyList<string> Seen);

[JsonSerializable(typeof(Pushed))]
[JsonSerializable(typeof(PushIntent))]
[JsonSerializable(typeof(IntendedPush))]
internal sealed partial class PushedJson : JsonSerializerContext;
