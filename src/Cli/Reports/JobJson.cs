using System.Text.Json;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary>A job as <c>list --json</c> and <c>lint --format json</c> show it. Scripts read these names: they only ever grow.</summary>
internal static class JobJson
{
    public static void Write(Utf8JsonWriter json, CompiledJob job)
    {
        json.WriteStartObject();
        WriteMembers(json, job);
        json.WriteEndObject();
    }

    /// <summary>Without the brackets around, for whoever has more to say.</summary>
    public static void WriteMembers(Utf8JsonWriter json, CompiledJob job)
    {
        json.WriteString("name", job.Name);
        json.WriteString("stage", job.Stage);
        json.WriteString("when", Words.Of(job.When));
        json.WriteBoolean("allow_failure", job.AllowFailure);
        json.WriteStartArray("needs");
        foreach (var need in job.Needs ?? [])
        {
            json.WriteStartObject();
            json.WriteString("job", need.Job);
            json.WriteBoolean("artifacts", need.Artifacts);
            json.WriteBoolean("optional", need.Optional);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("image", job.Image?.Name);
        json.WriteString("environment", job.Environment?.Name);
        json.WriteStrings("tags", job.Tags);
        WriteVariables(json, job);
    }

    private static void WriteVariables(Utf8JsonWriter json, CompiledJob job)
    {
        json.WriteStartObject("variables");
        // The later of two with one key wins, and JSON must have a key once.
        var last = new Dictionary<string, string>(job.YamlVariables.Length, StringComparer.Ordinal);
        foreach (var variable in job.YamlVariables)
            last[variable.Key] = variable.Value;
        foreach (var (key, value) in last)
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}

/// <summary>GitLab's words for our enums.</summary>
internal static class Words
{
    public static string Of(JobWhen when) =>
        when switch
        {
            JobWhen.OnSuccess => "on_success",
            JobWhen.OnFailure => "on_failure",
            JobWhen.Always => "always",
            JobWhen.Manual => "manual",
            JobWhen.Delayed => "delayed",
            _ => throw new ArgumentOutOfRangeException(nameof(when), when, null),
        };
}
