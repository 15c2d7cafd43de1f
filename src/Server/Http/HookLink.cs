using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>
/// That a request was brought about by an event of a webhook: its receiver, or an address of ours that the webhook calls itself, sends the event's
/// <c>X-Gitlab-Event-UUID</c> along. What such a request brings about is told to webhooks under the same id, so that a circle of them shows.
/// </summary>
/// <param name="Chain">The id of the first event; that of another server's counts as well.</param>
/// <param name="Request">This request's own: all that it brings about is one link of the chain.</param>
internal sealed record HookLink(string Chain, string Request)
{
    public const string Header = "X-Gitlab-Event-UUID";

    /// <returns>Nothing: no webhook had to do with it.</returns>
    public static HookLink? Of(HttpContext http) =>
        Guid.TryParseExact(http.Request.Headers[Header], "D", out var chain) ? new($"{chain}", $"{Guid.NewGuid()}") : null;

    /// <summary>What <see cref="ToString"/> made.</summary>
    public static HookLink? Parse(string? text) => text?.Split(' ') is [var chain, var request] ? new(chain, request) : null;

    public override string ToString() => $"{Chain} {Request}";
}
