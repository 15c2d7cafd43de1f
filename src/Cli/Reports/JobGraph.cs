using System.Globalization;
using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway config graph</c>: jobs by stage, and an arrow from each job to those that wait for it.</summary>
internal static class JobGraph
{
    /// <summary>
    /// An arrow per need. A job that waits for its stage gets them from the jobs of the nearest earlier stage that has any: in GitLab it waits
    /// for all earlier stages, and that one waits for those before it.
    /// </summary>
    internal static List<(int From, int To)> Edges(IReadOnlyList<CompiledJob> jobs)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < jobs.Count; i++)
            index[jobs[i].Name] = i;
        var edges = new List<(int, int)>();
        for (var i = 0; i < jobs.Count; i++)
        {
            if (jobs[i].Needs is { } needs)
                edges.AddRange(needs.Where(need => index.ContainsKey(need.Job)).Select(need => (index[need.Job], i)));
            else
                edges.AddRange(StageBefore(jobs, jobs[i].StageIndex).Select(from => (from, i)));
        }

        return edges;
    }

    public static string ToMermaid(IReadOnlyList<CompiledJob> jobs)
    {
        var text = new StringBuilder("flowchart LR\n");
        for (var i = 0; i < jobs.Count; i++)
        {
            if (i == 0 || jobs[i].StageIndex != jobs[i - 1].StageIndex)
                text.Append(i == 0 ? "" : "  end\n")
                    .Append(CultureInfo.InvariantCulture, $"  subgraph s{jobs[i].StageIndex}[\"{Escape(jobs[i].Stage)}\"]\n");
            text.Append(CultureInfo.InvariantCulture, $"    j{i}[\"{Escape(jobs[i].Name)}\"]\n");
        }

        text.Append(jobs.Count == 0 ? "" : "  end\n");
        foreach (var (from, to) in Edges(jobs))
            text.Append(CultureInfo.InvariantCulture, $"  j{from} --> j{to}\n");
        return text.ToString();

        // Mermaid has no escapes within quotes but HTML's entities.
        static string Escape(string name) =>
            PlainText.Of(name).Replace("&", "#amp;").Replace("\"", "#quot;").Replace("<", "#lt;").Replace(">", "#gt;");
    }

    public static string ToDot(IReadOnlyList<CompiledJob> jobs)
    {
        var text = new StringBuilder("digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n");
        for (var i = 0; i < jobs.Count; i++)
        {
            if (i == 0 || jobs[i].StageIndex != jobs[i - 1].StageIndex)
                text.Append(i == 0 ? "" : "  }\n")
                    .Append(
                        CultureInfo.InvariantCulture,
                        $"  subgraph cluster_{jobs[i].StageIndex} {{\n    label={Quote(jobs[i].Stage)};\n"
                    );
            text.Append(CultureInfo.InvariantCulture, $"    j{i} [label={Quote(jobs[i].Name)}];\n");
        }

        text.Append(jobs.Count == 0 ? "" : "  }\n");
        foreach (var (from, to) in Edges(jobs))
            text.Append(CultureInfo.InvariantCulture, $"  j{from} -> j{to};\n");
        return text.Append("}\n").ToString();

        static string Quote(string name) => $"\"{PlainText.Of(name).Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
    }

    public static void WriteJson(Stream to, CompiledPipeline pipeline) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteStrings("stages", pipeline.Stages);
                json.WriteStartArray("jobs");
                foreach (var job in pipeline.Jobs)
                    JobJson.Write(json, job);
                json.WriteEndArray();
                json.WriteStartArray("edges");
                foreach (var (from, into) in Edges(pipeline.Jobs))
                {
                    json.WriteStartObject();
                    json.WriteString("from", pipeline.Jobs[from].Name);
                    json.WriteString("to", pipeline.Jobs[into].Name);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    private static IEnumerable<int> StageBefore(IReadOnlyList<CompiledJob> jobs, int stage)
    {
        var before = -1;
        foreach (var job in jobs)
            before = job.StageIndex < stage ? Math.Max(before, job.StageIndex) : before;
        for (var i = 0; i < jobs.Count; i++)
        {
            if (before >= 0 && jobs[i].StageIndex == before)
                yield return i;
        }
    }
}
