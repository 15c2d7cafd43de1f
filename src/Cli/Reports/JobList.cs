using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway list</c>: the jobs a pipeline would hold, those it would not, and why.</summary>
internal static class JobList
{
    public static void WriteJson(Stream to, Compilation compilation, PipelineContext context) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteStartObject("pipeline");
                json.WriteString("source", context.Source);
                json.WriteString("ref", context.Ref);
                json.WriteString("name", compilation.Pipeline?.Name);
                json.WriteEndObject();
                json.WriteStartArray("jobs");
                foreach (var job in compilation.Pipeline?.Jobs ?? [])
                    JobJson.Write(json, job);
                json.WriteEndArray();
                json.WriteStartArray("excluded");
                foreach (var decision in compilation.Decisions)
                {
                    if (decision.Included)
                        continue;
                    json.WriteStartObject();
                    json.WriteString("name", decision.Job);
                    json.WriteString("reason", decision.Reason);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                if (compilation.Refusal is { } refusal)
                    json.WriteString("refusal", refusal);
            }
        );

    /// <param name="columns">0: nothing is cut.</param>
    public static string ToText(Compilation compilation, PipelineContext context, Palette palette, int columns)
    {
        var text = new StringBuilder();
        var jobs = compilation.Pipeline?.Jobs ?? [];
        var out_ = compilation.Decisions.Where(d => !d.Included).ToArray();
        text.Append(palette.Strong(Title(compilation, context))).Append('\n');
        if (compilation.Refusal is { } refusal)
            text.Append(palette.Warn(PlainText.Of(refusal))).Append('\n');
        Jobs(text, jobs, compilation, palette, columns);
        if (out_.Length > 0)
            text.Append('\n').Append(palette.Faint("not in this pipeline:")).Append('\n');
        var wide = Width(out_.Select(d => d.Job));
        foreach (var decision in out_)
            text.Append("  ")
                .Append(CellWidth.Pad(PlainText.Of(decision.Job), wide))
                .Append("  ")
                .Append(palette.Faint(PlainText.Of(decision.Reason)))
                .Append('\n');
        return text.ToString();
    }

    public static string Title(Compilation compilation, PipelineContext context)
    {
        var name = compilation.Pipeline?.Name is { } given ? $"\"{PlainText.Of(given)}\": " : "";
        var jobs = compilation.Pipeline?.Jobs ?? [];
        var stages = 0;
        for (var i = 0; i < jobs.Length; i++)
            stages += i == 0 || jobs[i].StageIndex != jobs[i - 1].StageIndex ? 1 : 0;
        return $"{name}{PlainText.Of(context.Project.ConfigPath)} → {Count(jobs.Length, "job")} in {Count(stages, "stage")} ({What(context)})";
    }

    /// <summary><c>push to main</c>, <c>merge_request_event from fix to main</c>, <c>push of tag v1</c>.</summary>
    public static string What(PipelineContext context) =>
        (context.RefKind, context.MergeRequest) switch
        {
            (RefKind.Tag, _) => $"{context.Source} of tag {PlainText.Of(context.Ref)}",
            (RefKind.MergeRequest, { } request) =>
                $"{context.Source} from {PlainText.Of(request.SourceBranch)} to {PlainText.Of(request.TargetBranch)}",
            _ => $"{context.Source} to {PlainText.Of(context.Ref)}",
        };

    public static string Count(int number, string thing) => number == 1 ? $"1 {thing}" : $"{number} {thing}s";

    private static void Jobs(StringBuilder text, IReadOnlyList<CompiledJob> jobs, Compilation compilation, Palette palette, int columns)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var decision in compilation.Decisions)
            reasons[decision.Job] = decision.Reason;
        var stageWide = Width(jobs.Select(j => j.Stage));
        var nameWide = Width(jobs.Select(j => j.Name));
        foreach (var job in jobs)
        {
            var head =
                $"{CellWidth.Pad(PlainText.Of(job.Stage), stageWide)}  {CellWidth.Pad(PlainText.Of(job.Name), nameWide)}  {How(job), -11}";
            var why = Needs(job) + (reasons.GetValueOrDefault(job.GroupName) is { Length: > 0 } reason ? PlainText.Of(reason) : "");
            if (columns > 0)
                why = CellWidth.Cut(why, Math.Max(20, columns - CellWidth.Of(head) - 2));
            text.Append(head).Append("  ").Append(palette.Faint(why)).Append('\n');
        }
    }

    private static string Needs(CompiledJob job)
    {
        if (job.Needs is not { } needs)
            return "";
        var names = needs.Length == 0 ? "nothing" : string.Join(", ", needs.Select(need => PlainText.Of(need.Job)));
        return $"needs {names}; ";
    }

    private static string How(CompiledJob job) => Words.Of(job.When) + (job.AllowFailure && job.When != JobWhen.Manual ? "?" : "");

    private static int Width(IEnumerable<string> names)
    {
        var widest = 0;
        foreach (var name in names)
            widest = Math.Max(widest, CellWidth.Of(PlainText.Of(name)));
        return Math.Min(40, widest);
    }
}
