using System.Text;
using System.Text.Json;
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
                {
                    json.WriteStartObject();
                    JobJson.WriteMembers(json, job);
                    WriteReason(json, job.Decision);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteStartArray("excluded");
                foreach (var decision in compilation.Decisions)
                {
                    if (decision.Included)
                        continue;
                    json.WriteStartObject();
                    json.WriteString("name", decision.Job);
                    WriteReason(json, decision);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                if (compilation.Refusal is { } refusal)
                    json.WriteString("refusal", refusal);
            }
        );

    private static void WriteReason(Utf8JsonWriter json, JobDecision decision)
    {
        json.WriteString("reason", decision.Reason);
        json.WriteString("file", (decision.DecidedAt ?? decision.At)?.File);
        json.WriteNumber("line", (decision.DecidedAt ?? decision.At)?.Line);
        json.WriteStartArray("rules");
        foreach (var rule in decision.Rules)
            RuleReport.WriteJson(json, rule);
        json.WriteEndArray();
    }

    /// <param name="columns">0: nothing is cut.</param>
    public static string ToText(Compilation compilation, PipelineContext context, Palette palette, int columns)
    {
        var text = new StringBuilder();
        foreach (var line in Paragraph.Lines(Title(compilation, context), columns))
            text.Append(palette.Strong(line)).Append('\n');
        if (compilation.Refusal is { } refusal)
            foreach (var line in Paragraph.Lines(PlainText.Of(refusal), columns))
                text.Append(palette.Warn(line)).Append('\n');
        var rows = Rows(compilation, context.Project.ConfigPath);
        if (columns > 0 && columns - rows.Select(row => row.Width).DefaultIfEmpty().Max() < LeastReason)
            Below(text, rows, palette, columns);
        else
            Beside(text, rows, palette, columns);
        Excluded(
            text,
            [.. compilation.Decisions.Where(d => !d.Included).Select(d => (PlainText.Of(d.Job), Why(d, context.Project.ConfigPath)))],
            palette,
            columns
        );
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

    /// <summary>Cells a reason must have beside its job; with fewer it goes below.</summary>
    private const int LeastReason = 24;

    /// <summary>A job in its cells, all of one kind equally wide.</summary>
    private sealed record Row(string Stage, string Name, string How, string Why)
    {
        public int Width => CellWidth.Of(Stage) + CellWidth.Of(Name) + How.Length + 6;
    }

    /// <param name="config">The root file, which need not be named beside each line of it.</param>
    private static List<Row> Rows(Compilation compilation, string config)
    {
        var jobs = compilation.Pipeline?.Jobs ?? [];
        var stageWide = Width(jobs.Select(j => j.Stage));
        var nameWide = Width(jobs.Select(j => j.Name));
        var rows = new List<Row>(jobs.Length);
        foreach (var job in jobs)
            rows.Add(
                new Row(
                    CellWidth.Pad(PlainText.Of(job.Stage), stageWide),
                    CellWidth.Pad(PlainText.Of(job.Name), nameWide),
                    $"{How(job), -11}",
                    Needs(job) + Why(job.Decision, config)
                )
            );
        return rows;
    }

    /// <summary><c>rule 2 matched (…), line 14</c>.</summary>
    private static string Why(JobDecision decision, string config) =>
        PlainText.Of(
            decision.DecidedAt is not { } at ? decision.Reason
            : at.File == config ? $"{decision.Reason}, line {at.Line}"
            : $"{decision.Reason}, {at.File}:{at.Line}"
        );

    private static void Beside(StringBuilder text, List<Row> rows, Palette palette, int columns)
    {
        foreach (var row in rows)
        {
            var why = columns > 0 ? CellWidth.Cut(row.Why, columns - row.Width) : row.Why;
            text.Append($"{row.Stage}  {row.Name}  {row.How}  {palette.Faint(why)}".TrimEnd()).Append('\n');
        }
    }

    /// <summary>For narrow windows: stages as headings, reasons below their jobs.</summary>
    private static void Below(StringBuilder text, List<Row> rows, Palette palette, int columns)
    {
        string? stage = null;
        foreach (var row in rows)
        {
            if (row.Stage != stage)
                text.Append(palette.Strong(CellWidth.Cut(row.Stage.TrimEnd(), columns))).Append('\n');
            stage = row.Stage;
            var name = row.Name.TrimEnd();
            var how = row.How.TrimEnd();
            text.Append("  ").Append(CellWidth.Cut(name, Math.Max(8, columns - how.Length - 4))).Append("  ").Append(how).Append('\n');
            Reason(text, row.Why, palette, columns);
        }
    }

    private static void Reason(StringBuilder text, string why, Palette palette, int columns)
    {
        foreach (var line in Paragraph.Lines(why, columns - 4))
            text.Append("    ").Append(palette.Faint(line)).Append('\n');
    }

    private static void Excluded(StringBuilder text, (string Name, string Why)[] jobs, Palette palette, int columns)
    {
        if (jobs.Length == 0)
            return;
        text.Append('\n').Append(palette.Faint("not in this pipeline:")).Append('\n');
        var wide = Width(jobs.Select(job => job.Name));
        var isNarrow = columns > 0 && columns - wide - 4 < LeastReason;
        foreach (var (name, why) in jobs)
        {
            text.Append("  ").Append(isNarrow ? CellWidth.Cut(name, columns - 2) : CellWidth.Pad(name, wide));
            if (isNarrow)
                Reason(text.Append('\n'), why, palette, columns);
            else
                text.Append("  ").Append(palette.Faint(columns > 0 ? CellWidth.Cut(why, columns - wide - 4) : why)).Append('\n');
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
