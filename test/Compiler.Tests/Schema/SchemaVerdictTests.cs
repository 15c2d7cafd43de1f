using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Schema;
using Slipway.Compiler.Tests.Keywords;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Schema;

/// <summary>What an editor says of a file by the schema is what the compiler says of it.</summary>
public sealed class SchemaVerdictTests
{
    private static readonly JSchema s_schema = JSchema.Parse(PipelineCompiler.JsonSchema);

    /// <summary>What the compiler says of mistakes that the schema cannot see; it lists them itself.</summary>
    private static readonly string[] s_untold =
    [
        "invalid expression syntax",
        "should be a duration",
        "should not exceed the limit",
        "re2 syntax",
        "up to 10 levels deep",
        "value must be present in options",
        "must be a valid datetime",
        "generates too many jobs",
        "must be less than or equal to 5",
        "should contain at most one bridge need",
        "should contain either a trigger or a needs:pipeline",
        "publish can only be used within a `pages` job",
        "job: use either pages:publish or pages:pages:publish",
        "name should be a symbol",
        "config should implement the script:, run:, or trigger: keyword",
    ];

    [Theory]
    [InlineData("positive")]
    [InlineData("negative")]
    public void Gitlabs_cases_have_the_verdicts_of_the_compiler(string kind)
    {
        var cases = GitlabCase.All(kind);
        var differing = cases
            .Zip(Errors(cases.Select(test => test.Root)), (test, schema) => (test.Name, Schema: schema, Compiler: test.Errors()))
            .Where(test => (test.Schema.Count == 0) != (test.Compiler.Length == 0))
            .Select(test => $"{test.Name}: schema: {string.Join("; ", test.Schema)}, compiler: {string.Join("; ", test.Compiler)}");
        Assert.Empty(differing);
    }

    [Fact]
    public void A_mistake_in_a_keyword_is_one_by_the_schema_too()
    {
        TheoryData<string, string>[] tables =
        [
            StructureMessages.All,
            JobMessages.All,
            PartMessages.All,
            RuleMessages.All,
            NeedMessages.All,
        ];
        var mistakes = tables
            .SelectMany(table => table)
            .Select(row => (File: YamlFile.Read("f.yml", Marked.Split(row.Data.Item1).Text, new DiagnosticBag()), Message: row.Data.Item2))
            .Where(mistake => mistake.File is not null)
            .ToArray();
        Assert.True(mistakes.Length > 250);
        var unseen = mistakes
            .Zip(Errors(mistakes.Select(mistake => mistake.File!.Body)), (mistake, errors) => (mistake.Message, errors.Count))
            .Where(mistake => mistake.Count == 0 && !s_untold.Any(mistake.Message.Contains));
        Assert.Empty(unseen);
    }

    [Fact]
    public void What_no_schema_can_say_is_listed_in_it()
    {
        var comment = (string)JObject.Parse(PipelineCompiler.JsonSchema)["$comment"]!;
        Assert.Contains("conditions have the syntax of rules:if;", comment);
        Assert.Contains("parallel:matrix makes at most 200 jobs;", comment);
    }

    [Fact]
    public void Files_of_the_real_world_are_good_by_the_schema()
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var documents = Directory
            .EnumerateFiles(Path.Combine(Shared.Folder!, "conformance", "realworld"), ".gitlab-ci.yml", SearchOption.AllDirectories)
            .Select(path => YamlFile.Read(path, File.ReadAllText(path), new DiagnosticBag())!)
            .SelectMany(file => (ConfigMapping?[])[file.Header, file.Body])
            .OfType<ConfigMapping>()
            .ToArray();
        Assert.True(documents.Length > 15);
        Assert.Empty(documents.Zip(Errors(documents)).SelectMany(pair => pair.Second.Select(error => $"{pair.First.At.File}: {error}")));
    }

    [Theory]
    [InlineData("a: {script: !reference [.b, script], image: !reference [.b, image], rules: [!reference [.b, rules], {if: $A}]}")]
    [InlineData("a: {script: [!reference [.b, script], x], variables: {C: !reference [.b, variables, C]}}")]
    [InlineData(".a: 5\n.b: [x]\n.c: {no: keyword}")]
    [InlineData("a: {extends: .b, rules: [{when: never}]}")]
    [InlineData("a: {needs: [b], tags: [c], parallel: 3}\nd: {needs: {pipeline: e/f}}")]
    [InlineData("include: [a.yml, {project: b/c, file: [d.yml]}, {component: $X/y@1, inputs: {a: 1}}]\na: {variables: {B: c}}")]
    [InlineData("spec: {inputs: {a: , b: {type: array, default: []}}}")]
    public void A_file_alone_may_lack_what_others_bring(string yaml) =>
        Assert.Empty(Errors([YamlFile.Read("f.yml", yaml, new DiagnosticBag())!.Body])[0]);

    private static List<string>[] Errors(IEnumerable<ConfigMapping> roots) => Validation.Errors(s_schema, roots.Select(ToJson));

    /// <summary>As an editor reads YAML: a <c>!reference</c> is a list.</summary>
    private static JToken ToJson(ConfigNode node) =>
        node switch
        {
            ConfigMapping map => new JObject(map.Entries.Select(entry => new JProperty(entry.Key, ToJson(entry.Value)))),
            ConfigSequence list => new JArray(list.Items.Select(ToJson)),
            ConfigReference reference => new JArray(reference.Path),
            _ => JToken.Parse(JsonText.Of(node)),
        };
}
