using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Compiler.Rules;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Outbound;

namespace Slipway.Server.Webhooks;

/// <summary>A webhook as a request wants it; what the request does not name stays.</summary>
internal sealed record WebhookSettings
{
    private const int LongestUrl = 2048;
    private const int LongestText = 255;
    private const int LongestDescription = 2048;

    public required byte[] Url { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public byte[]? Token { get; init; }
    public byte[]? SigningToken { get; init; }
    public required string Events { get; init; }
    public required string BranchFilter { get; init; }
    public required string BranchFilterStrategy { get; init; }

    /// <param name="before">Nothing: it is a new one, which listens to pushes unless something else is said.</param>
    /// <returns>It, or the answer that says what is wrong.</returns>
    public static (WebhookSettings? Settings, IResult? Refusal) Read(Parameters p, WebhookRow? before, WebhookSecrets secrets)
    {
        if (before is null && p.Text("url") is null)
            return (null, Answers.BadParameter("url is missing"));
        if (Wrong(p) is { } wrong)
            return (null, wrong.Answer(StatusCodes.Status422UnprocessableEntity));
        IReadOnlyList<string> known = before is null ? [HookTrigger.Push] : WebhookStore.EventsOf(before.Events);
        var heard = HookTrigger.All.Where(trigger => p.Flag(trigger) ?? known.Contains(trigger)).ToArray();
        return (
            new WebhookSettings
            {
                Url = p.Text("url") is { } url ? secrets.SealUrl(url.Trim()) : before!.Url,
                Name = p.Text("name") ?? before?.Name ?? "",
                Description = p.Text("description") ?? before?.Description ?? "",
                Token = p.Has("token") ? secrets.SealToken(p.Text("token")) : before?.Token,
                SigningToken = p.Has("signing_token") ? secrets.SealSigning(p.Text("signing_token")) : before?.SigningToken,
                Events = JsonSerializer.Serialize(heard),
                BranchFilter = p.Text("push_events_branch_filter") ?? before?.BranchFilter ?? "",
                BranchFilterStrategy = p.Text("branch_filter_strategy") ?? before?.BranchFilterStrategy ?? "wildcard",
            },
            null
        );
    }

    private static FieldError? Wrong(Parameters p)
    {
        if (p.Text("url") is { } text && UrlProblem(text) is { } problem)
            return new FieldError("url", problem);
        // A secret in the clear for whoever stands between is none; nothing here turns that off.
        if (p.Flag("enable_ssl_verification") == false)
            return new FieldError("enable_ssl_verification", "cannot be turned off");
        if (p.Text("signing_token") is { Length: > 0 } signing && !WebhookSecrets.IsSigningToken(signing))
            return new FieldError("signing_token", "must be in whsec_<base64> format encoding a 32-byte key");
        if (p.Text("token") is { } token && (token.Length > LongestText || token.Any(char.IsControl)))
            return new FieldError("token", "is invalid");
        if (p.Text("name") is { Length: > LongestText })
            return new FieldError("name", $"is too long (maximum is {LongestText} characters)");
        if (p.Text("description") is { Length: > LongestDescription })
            return new FieldError("description", $"is too long (maximum is {LongestDescription} characters)");
        if (p.Text("branch_filter_strategy") is not (null or "wildcard" or "regex" or "all_branches"))
            return new FieldError("branch_filter_strategy", "is invalid");
        if (p.Text("push_events_branch_filter") is not { } filter)
            return null;
        return filter.Length > LongestText || (p.Text("branch_filter_strategy") == "regex" && !Re2.IsValid(filter))
            ? new FieldError("push_events_branch_filter", "is invalid")
            : null;
    }

    private static string? UrlProblem(string text) =>
        text.Length > LongestUrl ? $"is too long (maximum is {LongestUrl} characters)"
        : !Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) ? "is blocked: URI is invalid"
        : AddressRules.Problem(url) is { } problem ? $"is blocked: {problem}"
        : null;
}
