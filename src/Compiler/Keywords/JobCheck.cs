using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>Holds one job to the keyword table.</summary>
internal sealed class JobCheck(ShapeCheck check)
{
    private const int LongestName = 255;
    private static readonly string[] s_work = ["script", "run", "trigger", "needs"];

    private readonly Location _jobs = new(null, "jobs");

    /// <summary>A visible entry that is no job: GitLab's message, with a guess at what it was meant to be, and what is wrong inside it.</summary>
    public void NotAJob(in ConfigEntry entry)
    {
        check.Tell(
            DiagnosticCode.NotAJob,
            entry.Key,
            $"jobs {entry.Key} config should implement the script:, run:, or trigger: keyword",
            entry.At,
            Advice(entry)
        );
        if (entry.Value is not ConfigMapping map)
            return;
        var inside = new Location(_jobs, entry.Key);
        foreach (var key in map.Entries)
        {
            if (KeywordTable.Find(Where.Job, key.Key) is { } keyword)
                check.CheckKey(keyword, key, inside);
        }
    }

    private static string Advice(in ConfigEntry entry)
    {
        if (entry.Value is ConfigMapping map)
        {
            foreach (var key in map.Entries)
            {
                if (KeywordTable.Find(Where.Job, key.Key) is null && Suggestion.Nearest(key.Key, s_work) is { } near)
                    return $"Did you mean {near} where it says {key.Key}?";
            }
        }
        return Suggestion.Nearest(entry.Key, KeywordTable.AllAt(Where.TopLevel).Keys.Append("default").Append("include")) is { } keyword
            ? $"Did you mean {keyword}?"
            : "Give it a script, or a dot in front of its name if it is only a template.";
    }

    public void Check(in ConfigEntry entry, ConfigMapping map, Where kind)
    {
        var inside = new Location(_jobs, entry.Key);
        CheckName(entry, inside);
        List<ConfigEntry>? unknown = null;
        foreach (var key in map.Entries)
        {
            if (KeywordTable.Find(kind, key.Key) is { } keyword)
                check.CheckKey(keyword, key, inside);
            else if (key.Key != "trigger")
                (unknown ??= []).Add(key);
        }
        if (unknown is not null)
            check.TellUnknownKeys(unknown, inside, key => AdviceOnKey(key, kind));
        var subject = new Subject(_jobs, entry.Key, IsEntry: true, entry.At);
        foreach (var rule in kind == Where.Job ? JobPartShapes.RulesOfScriptJobs : JobPartShapes.RulesOfJobs)
            check.CheckRule(rule, map, subject);
        if (kind == Where.Job)
            CheckScriptJob(entry, map, inside);
        else
            CheckTriggerJob(entry, map, inside);
    }

    private void CheckName(in ConfigEntry entry, Location inside)
    {
        if (entry.KeyKind != ScalarKind.String)
            check.Tell(
                DiagnosticCode.WrongType,
                "name",
                $"{inside} name should be a symbol",
                entry.At,
                "Quote the name to make it a text."
            );
        else if (string.IsNullOrWhiteSpace(entry.Key))
            check.Tell(DiagnosticCode.Missing, "name", "jobs:job name can't be blank", entry.At);
        else if (entry.Key.Length > LongestName && entry.Key.EnumerateRunes().Count() > LongestName)
            check.Tell(DiagnosticCode.OutOfLimits, "name", $"{inside} name is too long (maximum is {LongestName} characters)", entry.At);
    }

    private void CheckScriptJob(in ConfigEntry entry, ConfigMapping map, Location inside)
    {
        if (!map.Has("run") && IsBlank(map["script"]))
            check.Tell(DiagnosticCode.Missing, "script", $"{inside} script can't be blank", map.Entry("script")!.Value.At);
        JobInputReading.Check(map, inside, check);
        if (map.Entry("publish") is { Value: not ConfigScalar { IsNull: true } } publish)
            CheckPublish(entry.Key, map, publish, inside);
    }

    private void CheckPublish(string name, ConfigMapping map, in ConfigEntry publish, Location inside)
    {
        if (!IsPages(name, map))
            check.Tell(DiagnosticCode.CannotBeTogether, "publish", $"{inside} publish can only be used within a `pages` job", publish.At);
        else if (map["pages"] is ConfigMapping pages && pages.Has("publish"))
            check.Tell(
                DiagnosticCode.PublishTwice,
                "publish",
                $"{name} job: use either {name}:publish or {name}:pages:publish",
                publish.At
            );
    }

    private void CheckTriggerJob(in ConfigEntry entry, ConfigMapping map, Location inside)
    {
        var upstream = map["needs"] is { } needs ? Upstreams(needs) : 0;
        if (upstream > 1)
            Tell("should contain at most one bridge need", entry.At);
        else if (upstream == 0 && map["trigger"] is null or ConfigScalar { IsNull: true })
            Tell("should contain either a trigger or a needs:pipeline", entry.At);

        void Tell(string text, Position at) => check.Tell(DiagnosticCode.Missing, text, $"{inside} config {text}", at);
    }

    private static int Upstreams(ConfigNode needs) =>
        needs switch
        {
            ConfigSequence list => ShapeCheck.Flatten(list).Count(need => NeedShapes.KindOf(need) == "bridge"),
            ConfigMapping => NeedShapes.KindOf(needs) == "bridge" ? 1 : 0,
            _ => 0,
        };

    /// <summary>A job whose artifacts are published: by its name, or because it says so.</summary>
    public static bool IsPages(string name, ConfigMapping job) =>
        job["pages"] switch
        {
            ConfigScalar { Kind: ScalarKind.Boolean } flag => flag.IsTrue,
            ConfigMapping { Entries.Count: > 0 } => true,
            _ => name == "pages",
        };

    private static bool IsBlank(ConfigNode? node) =>
        node switch
        {
            null => true,
            ConfigScalar scalar => scalar.Kind is ScalarKind.Null or ScalarKind.String && string.IsNullOrWhiteSpace(scalar.Text),
            ConfigSequence list => list.Items.Count == 0,
            _ => false,
        };

    private static string? AdviceOnKey(string key, Where kind)
    {
        if (key == "type")
            return "type has become stage.";
        if (kind == Where.TriggerJob && KeywordTable.Find(Where.Job, key) is not null)
            return $"No runner sees a trigger job, so it cannot have {key}.";
        if (KeywordTable.Find(Where.TopLevel, key) is not null || key is "default" or "include")
            return $"{key} belongs at the top level of the file.";
        return Suggestion.For(key, KeywordTable.AllAt(kind).Keys);
    }
}
