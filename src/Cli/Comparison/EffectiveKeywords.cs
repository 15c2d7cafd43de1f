using Slipway.Cli.Reports;
using Slipway.Compiler;

namespace Slipway.Cli.Comparison;

/// <summary>The keywords of a job that rules can set, as they came out in one pipeline.</summary>
internal static class EffectiveKeywords
{
    public static IEnumerable<KeywordChange> Differences(PipelineJob from, PipelineJob to)
    {
        var (old, now) = (Of(from), Of(to));
        for (var i = 0; i < old.Length; i++)
        {
            if (old[i].Value != now[i].Value)
                yield return new KeywordChange(old[i].Keyword, Yaml(old[i]), Yaml(now[i]));
        }
    }

    private static (string Keyword, string? Value)[] Of(PipelineJob known)
    {
        var job = known.Job;
        return
        [
            ("when", Words.Of(job.When)),
            ("start_in", job.StartIn?.ToString()),
            ("allow_failure", job.AllowFailure ? "true" : "false"),
            ("needs", known.Needs is { } needs ? $"[{string.Join(", ", needs)}]" : null),
            ("interruptible", job.Interruptible ? "true" : "false"),
            ("variables", Variables(job)),
        ];
    }

    private static string? Variables(CompiledJob job)
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in job.YamlVariables)
            last[variable.Key] = variable.Value;
        return last.Count == 0 ? null : string.Concat(last.Select(pair => $"\n  {pair.Key}: {pair.Value}"));
    }

    private static string? Yaml((string Keyword, string? Value) keyword) =>
        keyword.Value is null ? null : $"{keyword.Keyword}:{(keyword.Value.StartsWith('\n') ? "" : " ")}{keyword.Value}";
}
