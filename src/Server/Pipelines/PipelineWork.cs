using System.Text.Json.Serialization;
using Slipway.Server.Work;

namespace Slipway.Server.Pipelines;

/// <summary>What pipelines leave to be done after a change is on the disk.</summary>
internal static partial class PipelineWork
{
    /// <summary>A trigger job has become pending: its pipeline is to be created.</summary>
    public static readonly WorkKind<Bridge> StartBridge = new("start_bridge", Json.Default.Bridge, About);

    /// <summary>A trigger job was cancelled: so are the pipelines it started.</summary>
    public static readonly WorkKind<Bridge> CancelChildren = new("cancel_children", Json.Default.Bridge, About);

    /// <summary>A pipeline that a trigger job started has another status.</summary>
    public static readonly WorkKind<Child> TellBridge = new("tell_bridge", Json.Default.Child, child => $"{child.PipelineId}");

    /// <summary>A delayed job's time has come.</summary>
    public static readonly WorkKind<Delayed> Due = new("delayed_job", Json.Default.Delayed, job => $"{job.PipelineId}/{job.Number}");

    /// <summary>A resource group may let the next job in.</summary>
    public static readonly WorkKind<Resource> GrantResource = new(
        "grant_resource",
        Json.Default.Resource,
        group => $"{group.ProjectId}/{group.Group}"
    );

    private static string About(Bridge bridge) => $"{bridge.PipelineId}/{bridge.Number}";

    /// <param name="Number">The job's, in its pipeline.</param>
    public sealed record Bridge(long PipelineId, int Number);

    /// <param name="BridgeId">The job that started it.</param>
    public sealed record Child(long PipelineId, long BridgeId);

    public sealed record Delayed(long PipelineId, int Number);

    public sealed record Resource(long ProjectId, string Group);

    [JsonSerializable(typeof(Bridge))]
    [JsonSerializable(typeof(Child))]
    [JsonSerializable(typeof(Delayed))]
    [JsonSerializable(typeof(Resource))]
    private sealed partial class Json : JsonSerializerContext;
}
