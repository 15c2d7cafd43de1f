using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Cleanup;

namespace Slipway.Server.Registry.Api;

/// <summary>A project's cleanup policy in API v4: <c>container_expiration_policy</c> of a project, and <c>container_expiration_policy_attributes</c> of a change. https://docs.gitlab.com/api/projects/#edit-a-project</summary>
internal sealed class CleanupSettings(CleanupStore store)
{
    private const string Attributes = "container_expiration_policy_attributes";

    public async Task<JsonObject> ShowAsync(long project, CancellationToken ct)
    {
        var (policy, next) = await store.FindAsync(project, ct);
        var shown = JsonParts.Join(policy);
        shown.Remove("rule");
        shown["next_run_at"] = next is { } at
            ? at.Instant().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : null;
        return shown;
    }

    /// <summary>What the parameters change; what they do not name stays.</summary>
    public async Task<ProjectTies.CleanupChange> ReadAsync(long project, Parameters parameters, CancellationToken ct)
    {
        var given = parameters.Map(Attributes);
        if (given.Count == 0)
            return new(null, (_, _) => Task.CompletedTask);
        var (before, _) = await store.FindAsync(project, ct);
        var (policy, wrong) = Read(before, given);
        return wrong is not null
            ? new(wrong with { Field = $"container_expiration_policy.{wrong.Field}" }, (_, _) => Task.CompletedTask)
            : new(null, (session, token) => store.SetAsync(session, project, policy, token));
    }

    /// <summary>What somebody has given, in GitLab's names.</summary>
    /// <returns>The policy with as much of it as can be told, and the first thing that is wrong.</returns>
    public static (CleanupPolicy Policy, FieldError? Wrong) Read(CleanupPolicy policy, IEnumerable<KeyValuePair<string, string>> given)
    {
        FieldError? wrong = null;
        foreach (var (name, value) in given)
        {
            // JSON's null, and a form's empty field.
            if (Apply(policy, name, value is "" or "null" ? null : value) is { } changed)
                policy = changed;
            else
                wrong ??= new FieldError(name, "is invalid");
        }

        return (policy, wrong ?? policy.Wrong());
    }

    /// <returns>Nothing when the value is none of its kind.</returns>
    private static CleanupPolicy? Apply(CleanupPolicy policy, string name, string? text) =>
        name switch
        {
            "enabled" => text is "true" or "1" ? policy with { Enabled = true }
            : text is "false" or "0" ? policy with { Enabled = false }
            : null,
            "cadence" => policy with { Cadence = text ?? "" },
            "keep_n" => text is null ? policy with { KeepN = null }
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? policy with { KeepN = count }
            : null,
            "older_than" => policy with { OlderThan = text },
            "name_regex" or "name_regex_delete" => policy with { NameRegex = text },
            "name_regex_keep" => policy with { NameRegexKeep = text },
            _ => policy,
        };
}
