using System.Text.Json;
using Slipway.Cli.Reports;

namespace Slipway.Cli.Comparison;

/// <summary><c>config diff --json</c>.</summary>
internal static class DifferenceJson
{
    public static void Write(Stream to, ConfigurationDifference difference, Side from, Side into) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteString("from", from.Name);
                json.WriteString("to", into.Name);
                json.WriteBoolean("differs", !difference.IsEmpty);
                Pipeline(json, difference);
            }
        );

    private static void Pipeline(Utf8JsonWriter json, ConfigurationDifference difference)
    {
        json.WriteStartArray("pipelines");
        foreach (var kind in difference.Kinds)
            Kind(json, kind, difference);
        json.WriteEndArray();
        Keywords(json, "global", difference.Globals);
        json.WriteStartArray("jobs");
        foreach (var job in difference.Jobs)
            Job(json, job);
        json.WriteEndArray();
        json.WriteStartArray("children");
        foreach (var child in difference.Children)
        {
            json.WriteStartObject();
            json.WriteString("trigger_job", child.TriggerJob);
            Pipeline(json, child.Difference);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Kind(Utf8JsonWriter json, PipelineKind kind, ConfigurationDifference difference)
    {
        json.WriteStartObject();
        json.WriteString("name", kind.Name);
        json.WriteString("source", kind.Context.Source);
        json.WriteString("ref", kind.Context.Ref);
        foreach (var change in (Change[])[Change.Added, Change.Removed, Change.Changed])
            json.WriteStrings(
                Word(change),
                difference.Jobs.Where(job => job.Kinds.Any(at => at.Kind == kind.Name && at.Change == change)).Select(job => job.Name)
            );
        var refusal = difference.Refusals.FirstOrDefault(refusal => refusal.Kind == kind.Name);
        if (refusal is not null)
        {
            json.WriteStartObject("refusal");
            json.WriteString("from", refusal.From);
            json.WriteString("to", refusal.To);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Job(Utf8JsonWriter json, JobDifference job)
    {
        json.WriteStartObject();
        json.WriteString("name", job.Name);
        json.WriteString("change", Word(job.Change));
        Keywords(json, "keywords", job.Keywords);
        json.WriteStartArray("pipelines");
        foreach (var kind in job.Kinds)
        {
            if (kind.Change == Change.None)
                continue;
            json.WriteStartObject();
            json.WriteString("name", kind.Kind);
            json.WriteString("change", Word(kind.Change));
            Keywords(json, "keywords", kind.Keywords);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Keywords(Utf8JsonWriter json, string name, IEnumerable<KeywordChange> changes)
    {
        json.WriteStartArray(name);
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("keyword", change.Keyword);
            json.WriteString("from", change.From);
            json.WriteString("to", change.To);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Word(Change change) =>
        change switch
        {
            Change.Added => "added",
            Change.Removed => "removed",
            Change.Changed => "changed",
            _ => "unchanged",
        };
}
