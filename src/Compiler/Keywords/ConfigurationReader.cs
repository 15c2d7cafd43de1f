using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// From the merged configuration to typed records: every keyword checked against <see cref="KeywordTable"/>, jobs checked against each
/// other, all mistakes told in one pass with GitLab's words and each once.
/// </summary>
internal static class ConfigurationReader
{
    private static readonly ImmutableArray<string> s_defaultStages = [".pre", "build", "test", "deploy", ".post"];

    /// <param name="root">After include, extends and !reference; lists may still be nested in lists.</param>
    /// <returns><see langword="null"/> when there are errors, which are then in <paramref name="bag"/>.</returns>
    public static Configuration? Read(ConfigMapping root, DiagnosticBag bag, TextChecks texts)
    {
        var check = new ShapeCheck(bag, texts);
        var read = new NodeReading(check);
        CheckTopLevel(root, check);
        var defaults = DefaultKeywords.Read(root, KeywordMap(root, "default", read), read, check);
        var workflow = Workflow(KeywordMap(root, "workflow", read), read);
        var stages = Stages(root, read);
        var jobs = Jobs(root, check, new JobReader(read, defaults, workflow.HasRules), bag);
        var instances = Normalization.Expand(jobs, bag);
        JobGraphCheck.Check(stages ?? s_defaultStages, stagesAreKnown: stages is not null, instances, bag);
        if (!workflow.HasRules)
            PipelineWarnings.Add(jobs, bag);
        if (bag.HasErrors)
            return null;
        return new Configuration
        {
            Stages = stages ?? s_defaultStages,
            Variables = read.Node(root, "variables") is { } variables ? VariableReading.Variables(read, variables) : [],
            Workflow = workflow,
            Jobs = jobs,
            Instances = instances,
        };
    }

    private static void CheckTopLevel(ConfigMapping root, ShapeCheck check)
    {
        foreach (var entry in root.Entries)
        {
            if (JobKind.IsJob(entry) || JobKind.IsHidden(entry.Key))
                continue;
            if (entry.Key == "default")
                CheckDefault(entry, check);
            else if (KeywordTable.Find(Where.TopLevel, entry.Key) is { } keyword)
                check.CheckKey(keyword, entry, inside: null);
        }
    }

    private static void CheckDefault(in ConfigEntry entry, ShapeCheck check)
    {
        var inside = new Location(null, "default");
        if (entry.Value is ConfigScalar { IsNull: true })
            return;
        if (entry.Value is not ConfigMapping map)
        {
            check.Tell(DiagnosticCode.WrongType, "default", $"{inside} config should be a hash", entry.Value.At);
            return;
        }
        List<ConfigEntry>? unknown = null;
        foreach (var key in map.Entries)
        {
            if (KeywordTable.Find(Where.Default, key.Key) is { } keyword)
                check.CheckKey(keyword, key, inside);
            else
                (unknown ??= []).Add(key);
        }
        if (unknown is not null)
            check.TellUnknownKeys(unknown, inside, key => Suggestion.For(key, KeywordTable.AllAt(Where.Default).Keys));
    }

    /// <summary><c>default</c> and <c>workflow</c> are keywords only when they are not shaped like a job.</summary>
    private static ConfigMapping? KeywordMap(ConfigMapping root, string key, NodeReading read) =>
        root.Entry(key) is { } entry && !JobKind.IsJob(entry) ? read.Map(root, key) : null;

    private static WorkflowConfig Workflow(ConfigMapping? workflow, NodeReading read)
    {
        if (workflow is null)
            return new WorkflowConfig();
        var name = read.TextAt(workflow, "name") is { } text ? text with { Text = text.Text.Trim() } : default(TextAt?);
        return new WorkflowConfig
        {
            Name = name is { Text.Length: > 0 } ? name : null,
            HasRules = workflow.Has("rules"),
            Rules = read.Node(workflow, "rules") is { } rules ? RuleReading.Rules(read, rules) : null,
            AutoCancel = read.Map(workflow, "auto_cancel") is { } cancel ? RuleReading.AutoCancel(read, cancel) : null,
        };
    }

    /// <returns><see langword="null"/> when they are wrong, so that no job is blamed for its stage.</returns>
    private static ImmutableArray<string>? Stages(ConfigMapping root, NodeReading read)
    {
        if (root["stages"] is null or ConfigScalar { IsNull: true })
            return s_defaultStages;
        if (read.Node(root, "stages") is not { } node)
            return null;
        var named = NodeReading.Texts(node).Where(stage => stage is not (".pre" or ".post"));
        return [".pre", .. named.Distinct(StringComparer.Ordinal), ".post"];
    }

    private static ImmutableArray<JobConfig> Jobs(ConfigMapping root, ShapeCheck check, JobReader reader, DiagnosticBag bag)
    {
        var jobCheck = new JobCheck(check);
        var jobs = ImmutableArray.CreateBuilder<JobConfig>();
        var visible = false;
        foreach (var entry in root.Entries)
        {
            if (!JobKind.IsJob(entry))
                continue;
            visible = true;
            if (bag.IsFull)
                break;
            var kind = JobKind.Of(entry.Value);
            if (kind == Where.Nowhere)
            {
                jobCheck.NotAJob(entry);
                continue;
            }
            var map = (ConfigMapping)entry.Value;
            jobCheck.Check(entry, map, kind);
            jobs.Add(reader.Read(entry, map, kind));
        }
        if (!visible)
            bag.Error(
                DiagnosticCode.NoVisibleJob,
                "jobs config should contain at least one visible job",
                root.At,
                "A job is a top-level entry with a script."
            );
        return jobs.DrainToImmutable();
    }
}
