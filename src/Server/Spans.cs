using System.Diagnostics;

namespace Slipway.Server;

/// <summary>
/// What the server tells of its work to whoever traces it: requests, pieces of work, pipelines that are made, jobs that are handed out, writes. While nobody listens,
/// a span is nothing and costs nothing. Names and tags hold ids and routes, never a path that was asked for, a query or a token.
/// </summary>
internal static class Spans
{
    public const string Name = "Slipway.Server";

    public static readonly ActivitySource Source = new(Name);

    /// <summary>A part of something that is traced. By itself it is not worth a trace: the server writes a row every few seconds because of nobody.</summary>
    public static Activity? Within(string name, ActivityKind kind = ActivityKind.Internal) =>
        Activity.Current is { IsAllDataRequested: true } ? Source.StartActivity(name, kind) : null;

    /// <summary>It did not go well.</summary>
    /// <param name="kind">No more than what sort of thing went wrong: messages may hold what somebody sent.</param>
    public static void Failed(this Activity? span, string kind)
    {
        span?.SetStatus(ActivityStatusCode.Error);
        span?.SetTag("error.type", kind);
    }
}
