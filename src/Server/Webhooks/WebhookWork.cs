using System.Text.Json.Serialization;
using Slipway.Server.Work;

namespace Slipway.Server.Webhooks;

/// <summary>What webhooks leave to be done.</summary>
internal static class WebhookWork
{
    /// <summary>Something happened that somebody wants to be told of.</summary>
    public static readonly WorkKind<Happened> Tell = new("webhook_tell", WebhookWorkJson.Default.Happened, happened => happened.Subject);

    /// <summary>An event is to be sent; a further attempt is work of its own.</summary>
    public static readonly WorkKind<Attempt> Send = new(
        "webhook_send",
        WebhookWorkJson.Default.Attempt,
        one => $"{one.EventId}/{one.Number}"
    );

    /// <param name="Number">The job's, in its pipeline; nothing: it is the pipeline's own event.</param>
    /// <param name="Status">The one that was reached; by now there may be another.</param>
    /// <param name="At">Unix milliseconds.</param>
    public sealed record Happened(string Trigger, long PipelineId, int? Number, string Status, long At)
    {
        public string Subject => $"{Trigger}/{PipelineId}/{Number}/{Status}/{At}";
    }

    /// <param name="Number">From 1.</param>
    public sealed record Attempt(long EventId, int Number);
}

[JsonSerializable(typeof(WebhookWork.Happened))]
[JsonSerializable(typeof(WebhookWork.Attempt))]
internal sealed partial class WebhookWorkJson : JsonSerializerContext;
