using System.Text.Json;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// What a job's payload has to do with the run's own registry. Pipelines are compiled with a name that stands for it; a job that uses it gets the name by which
/// it is reached from where that job runs, and any other job is told nothing of it.
/// </summary>
internal static class RegistryUse
{
    /// <summary>Stands for the registry until a job runs. No such name can be looked up: https://www.rfc-editor.org/rfc/rfc6762#section-3</summary>
    public const string Name = "registry.slipway.local";

    private const string Prefix = "CI_REGISTRY";

    /// <summary>GitLab's user name for jobs.</summary>
    private const string JobUser = "gitlab-ci-token";

    private static readonly string[] Ours = [Prefix, "CI_REGISTRY_IMAGE", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"];

    /// <summary>Whether somebody who gives this variable has a registry of their own.</summary>
    public static bool IsGiven(string variable) => variable.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether the run's registry is what this job means, and the job speaks of it anywhere: in a script, a variable, an image.</summary>
    /// <param name="environment">The runner's, <c>KEY=VALUE</c>.</param>
    /// <param name="names">What jobs that use it have been told to call it.</param>
    public static bool Is(JobPayload payload, CompiledJob job, IEnumerable<string> environment, IReadOnlyList<string> names)
    {
        var registry = payload.Variables.LastOrDefault(v => v.Key == Prefix)?.Value;
        if (registry != Name || environment.Any(IsGiven) || job.Secrets.Any(secret => IsGiven(secret.Name)))
            return false;
        return payload.Variables.Any(v => !Ours.Contains(v.Key) && (Speaks(v.Value) || names.Any(v.Value.Contains)))
            || payload.Steps.Any(step => step.Script.Any(Speaks))
            || payload.Hooks.Any(hook => hook.Script.Any(Speaks))
            || (payload.Image is { } image && Speaks(image))
            || payload.Services.Any(Speaks)
            || payload.Run is not null && Speaks(payload.Run);
    }

    /// <summary>The payload of a job that has nothing to do with it: as where there is no registry at all.</summary>
    public static JobPayload Without(JobPayload payload) =>
        payload with
        {
            Variables = payload.Variables.RemoveAll(variable => IsOurs(variable, payload.Token)),
            Credentials = [.. payload.Credentials.Where(credential => credential.Url != Name)],
        };

    /// <summary>The payload with the names that the registry has elsewhere replaced by the one it has here, also in what earlier jobs have passed on.</summary>
    public static JobPayload Named(JobPayload payload, string name, IReadOnlyList<string> elsewhere)
    {
        var text = JsonSerializer.Serialize(payload, ProtocolJson.Default.JobPayload);
        foreach (var other in elsewhere.Append(Name).Where(other => other != name))
            text = text.Replace(other, name, StringComparison.Ordinal);
        return JsonSerializer.Deserialize(text, ProtocolJson.Default.JobPayload)!;
    }

    private static bool IsOurs(Variable variable, string token) =>
        variable.Key switch
        {
            Prefix or "CI_REGISTRY_IMAGE" => variable.Value.StartsWith(Name, StringComparison.Ordinal),
            "CI_REGISTRY_USER" => variable.Value == JobUser,
            "CI_REGISTRY_PASSWORD" => variable.Value == token,
            _ => false,
        };

    private static bool Speaks(JobImage image) =>
        Speaks(image.Name)
        || image.Command.Any(Speaks)
        || image.Entrypoint.Any(Speaks)
        || image.Variables.Any(variable => Speaks(variable.Value));

    private static bool Speaks(string text) =>
        text.Contains(Prefix, StringComparison.Ordinal) || text.Contains(Name, StringComparison.Ordinal);
}
