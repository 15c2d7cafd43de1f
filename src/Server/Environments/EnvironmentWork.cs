using System.Text.Json.Serialization;
using Slipway.Server.Work;

namespace Slipway.Server.Environments;

/// <summary>What environments leave to be done.</summary>
internal static class EnvironmentWork
{
    /// <summary>An environment's time is over. Each new time is work of its own: what has been put off since finds nothing to do.</summary>
    public static readonly WorkKind<Due> AutoStop = new(
        "auto_stop",
        EnvironmentWorkJson.Default.Due,
        due => $"{due.EnvironmentId}@{due.At}"
    );

    /// <param name="At">Unix milliseconds: the environment's, when it was said.</param>
    public sealed record Due(long EnvironmentId, long At);
}

[JsonSerializable(typeof(EnvironmentWork.Due))]
internal sealed partial class EnvironmentWorkJson : JsonSerializerContext;
