using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Keywords.Shapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Schema;

/// <summary>
/// The JSON schema (draft 7) of a configuration file, for editors: made of the <see cref="KeywordTable"/> that checks it. A file is looked at
/// alone there, so a job may lack the script that an include or <c>extends</c> brings, and a <c>!reference</c> is a list of names.
/// </summary>
internal sealed class ConfigurationSchema
{
    private const string Page = "https://docs.gitlab.com/ci/yaml/#";

    private static readonly string[] s_deprecatedAtTop = ["image", "services", "before_script", "after_script", "cache"];

    /// <summary>What is checked elsewhere than in the table.</summary>
    private static readonly string[] s_untold =
    [
        "jobs, stages, templates and files that are named somewhere exist",
        "a circle of needs, extends or includes has no end",
        "a job has a script, a trigger or needs:pipeline: another file, or extends, may bring it",
        "a job needs the pipeline of at most one other project",
        "publish stands in a pages job, and not beside pages:publish",
        "a variable or job whose name YAML reads as a number or a boolean is refused",
        "default and workflow are jobs when they are shaped like one",
        "rules: a list of two or more names among other items may be a !reference, and is let pass",
    ];

    private static readonly JsonWriterOptions s_readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SchemaBuilder _builder = new();

    public static string Json => new ConfigurationSchema().Write();

    private string Write()
    {
        var root = Root();
        root["$comment"] =
            "What a schema cannot say, and slipway lint checks: " + string.Join("; ", _builder.Untold.Concat(s_untold)) + ".";
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, s_readable))
            root.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n";
    }

    private JsonObject Root()
    {
        var definitions = Definitions();
        var properties = new JsonObject
        {
            ["spec"] = Described("spec", SchemaBuilder.AnyOf(_builder.At("spec", IncludeShapes.Spec), SchemaBuilder.Typed("null"))),
            ["include"] = Described(
                "include",
                SchemaBuilder.AnyOf(_builder.At("include", IncludeShapes.Include), SchemaBuilder.Typed("null"))
            ),
            ["default"] = Described("default", SchemaBuilder.AnyOf(MapAt(Where.Default, []), SchemaBuilder.Typed("null"))),
        };
        foreach (var keyword in KeywordTable.All.Where(keyword => keyword.Where.HasFlag(Where.TopLevel)))
            properties[keyword.Name] = Use(keyword);
        return new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = ".gitlab-ci.yml",
            ["$comment"] = "",
            ["type"] = "object",
            ["properties"] = properties,
            // What begins with a dot is looked at only where it is used; completion may still offer what a job can have.
            ["patternProperties"] = new JsonObject { [@"^\."] = SchemaBuilder.AnyOf(SchemaBuilder.Ref("job"), []) },
            ["additionalProperties"] = SchemaBuilder.Ref("job"),
            ["propertyNames"] = SchemaBuilder.Parse("""{"maxLength":255,"pattern":"\\S"}"""),
            ["allOf"] = NotInDefaultToo(),
            ["definitions"] = definitions,
        };
    }

    private JsonObject Definitions()
    {
        var definitions = _builder.Definitions;
        foreach (var keyword in KeywordTable.All)
            definitions[NameOf(keyword)] = _builder.Key(keyword);
        definitions["script_job"] = SchemaBuilder.With(
            MapAt(Where.Job, JobPartShapes.RulesOfScriptJobs),
            [SchemaBuilder.Parse(HasCommands)]
        );
        definitions["trigger_job"] = MapAt(Where.TriggerJob, JobPartShapes.RulesOfJobs);
        definitions["unfinished_job"] = MapAt(Where.Job | Where.TriggerJob, JobPartShapes.RulesOfJobs);
        definitions["job"] = Job();
        return definitions;
    }

    /// <summary>
    /// As <see cref="JobKind"/> tells jobs apart, by the keys that are there; but one with needs alone may get its script from elsewhere.
    /// </summary>
    private static JsonObject Job() =>
        new()
        {
            ["type"] = "object",
            ["if"] = SchemaBuilder.Parse("""{"anyOf":[{"required":["script"]},{"required":["run"]}]}"""),
            ["then"] = SchemaBuilder.Ref("script_job"),
            ["else"] = new JsonObject
            {
                ["if"] = SchemaBuilder.Parse("""{"required":["trigger"]}"""),
                ["then"] = SchemaBuilder.Ref("trigger_job"),
                ["else"] = SchemaBuilder.Ref("unfinished_job"),
            },
        };

    private static string HasCommands => If(Absent("run"), Key("script", """{"not":{"enum":[null,"",[]]}}"""));

    /// <summary>A job without a script has a trigger, or needs the pipeline of another project; the rest may come from an include.</summary>
    /// <summary>What may stand at one of some places.</summary>
    private JsonObject MapAt(Where where, IEnumerable<MapRule> rules)
    {
        var keywords = KeywordTable
            .All.Where(keyword => (keyword.Where & where) != Where.Nowhere)
            .GroupBy(keyword => keyword.Name, StringComparer.Ordinal)
            .Select(rows => KeyValuePair.Create(rows.Key, (JsonNode)Use([.. rows])));
        return _builder.Map(keywords, rules);
    }

    /// <summary>GitLab: KEY is defined in top-level and `default:` entry.</summary>
    private static JsonArray NotInDefaultToo() =>
        new([
            .. s_deprecatedAtTop.Select(key =>
                SchemaBuilder.Parse(Not(All(Set(key), Set("default"), Key("default", All("""{"type":"object"}""", Set(key))))))
            ),
        ]);

    /// <param name="rows">Of one name: all that it may be.</param>
    private static JsonObject Use(params Keyword[] rows) =>
        Described(rows[0].Name, SchemaBuilder.AnyOf([.. rows.Select(keyword => SchemaBuilder.Ref(NameOf(keyword)))]));

    /// <summary>Beside a $ref nothing counts, so the description stands around it.</summary>
    private static JsonObject Described(string name, JsonObject schema) =>
        new() { ["markdownDescription"] = $"[`{name}`]({Page}{name})", ["allOf"] = new JsonArray(schema) };

    private static string NameOf(Keyword keyword) =>
        keyword.Where switch
        {
            Where.TopLevel => "global_" + keyword.Name,
            Where.TriggerJob when keyword.Name != "trigger" => "trigger_job_" + keyword.Name,
            _ => keyword.Name,
        };
}
