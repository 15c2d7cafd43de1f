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

    /// <summary>Where images come from that a job wants through the dependency proxy: a run has none, and takes them from where one would.</summary>
    public const string Hub = "docker.io";

    private const string Prefix = "CI_REGISTRY";
    private const string ProxyServer = "CI_DEPENDENCY_PROXY_SERVER";
    private const string ProxyUser = "CI_DEPENDENCY_PROXY_USER";
    private const string ProxyPassword = "CI_DEPENDENCY_PROXY_PASSWORD";

    /// <summary>GitLab's user name for jobs.</summary>
    private const string JobUser = "gitlab-ci-token";

    private static readonly string[] Logins = [ProxyServer, ProxyUser, ProxyPassword];
    private static readonly string[] Ours = [Prefix, "CI_REGISTRY_IMAGE", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD", .. Logins];

    /// <summary>Whether somebody who gives this variable has a registry of their own.</summary>
    public static bool IsGiven(string variable) => variable.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether the run's registry is what this job means, and the job speaks of it anywhere: in a script, a variable, an image.</summary>
    /// <param name="environment">The runner's, <c>KEY=VALUE</c>.</param>
    /// <param name="names">What jobs that use it have been told to call it.</param>
    public static bool Is(JobPayload payload, CompiledJob job, IEnumerable<string> environment, IReadOnlyList<string> names)
    {
        var words = Words(payload, [.. environment, .. job.Secrets.Select(secret => secret.Name)]);
        if (words.Count == 0)
            return false;
        return payload.Variables.Any(v => !Ours.Contains(v.Key) && (Speaks(v.Value) || names.Any(v.Value.Contains)))
            || payload.Steps.Any(step => step.Script.Any(Speaks))
            || payload.Hooks.Any(hook => hook.Script.Any(Speaks))
            || (payload.Image is { } image && SpeaksImage(image))
            || payload.Services.Any(SpeaksImage)
            || payload.Run is not null && Speaks(payload.Run);

        bool Speaks(string text) => words.Any(word => text.Contains(word, StringComparison.Ordinal));

        bool SpeaksImage(JobImage image) =>
            Speaks(image.Name)
            || image.Command.Any(Speaks)
            || image.Entrypoint.Any(Speaks)
            || image.Variables.Any(variable => Speaks(variable.Value));
    }

    /// <summary>What a job says that speaks of the run's registry. Nothing: it has others. Who logs in at the dependency proxy logs in there.</summary>
    /// <param name="given">What whoever runs it gives: a variable's name, and what may follow.</param>
    private static List<string> Words(JobPayload payload, IReadOnlyList<string> given)
    {
        var words = new List<string>();
        if (Value(Prefix) == Name && !given.Any(IsGiven))
            words.AddRange([Prefix, Name]);
        if (
            (Value(ProxyServer), Value(ProxyUser), Value(ProxyPassword)) == (Name, JobUser, payload.Token)
            && !given.Any(text => Logins.Contains(text.Split('=')[0]))
        )
            words.AddRange([.. Logins, Name]);
        return words;

        string? Value(string name) => payload.Variables.LastOrDefault(v => v.Key == name)?.Value;
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
            Prefix or "CI_REGISTRY_IMAGE" or ProxyServer => variable.Value.StartsWith(Name, StringComparison.Ordinal),
            "CI_REGISTRY_USER" or ProxyUser => variable.Value == JobUser,
            "CI_REGISTRY_PASSWORD" or ProxyPassword => variable.Value == token,
            _ => false,
        };
}
