using System.Text.Json.Serialization;
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
}

[JsonSerializable(typeof(Pushed))]
internal sealed partial class PushedJson : JsonSerializerContext;
