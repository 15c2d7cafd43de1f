using System.Collections.Immutable;
using Slipway.Compiler.Include;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Include;

public sealed class IncludeTests
{
    private static readonly Dictionary<string, string> s_files = new(StringComparer.Ordinal)
    {
        ["a.yml"] = "x: a\na: 1\n",
        ["b.yml"] = "x: b\nb: 1\n",
        ["ci/c.yaml"] = "include: b.yml\nx: c\nc: {p: 1}\n",
        ["ci/deep/d.yml"] = "d: 1\n",
        ["ci/deep/e.YML"] = "e: 1\n",
        ["ci/notes.md"] = "text",
        ["empty.yml"] = " \n",
        ["comments.yml"] = "# only\n",
        ["list.yml"] = "- a\n",
        ["broken.yml"] = "a: b: c\n",
        ["loop.yml"] = "include: loop2.yml\n",
        ["loop2.yml"] = "include: [/loop.yml]\n",
        ["missing.yml"] = "include: {local: ci/nowhere.yml}\n",
    };

    private static (string Result, ImmutableArray<Diagnostic> Diagnostics, ImmutableArray<string> Files) Load(
        string yaml,
        IncludeScope? scope = null
    )
    {
        var bag = new DiagnosticBag();
        var loaded = ConfigurationLoader.Load(
            new ConfigRoot.Text(".gitlab-ci.yml", yaml),
            ProjectTree.From(s_files),
            scope ?? new IncludeScope(),
            bag
        );
        var diagnostics = bag.ToImmutable();
        return (
            loaded.Root is null ? string.Join("\n", diagnostics.Select(diagnostic => diagnostic.Message)) : JsonText.Of(loaded.Root),
            diagnostics,
            loaded.Files
        );
    }

    [Theory]
    [InlineData("include: a.yml", """{"x":"a","a":1}""")]
    [InlineData("include: /a.yml", """{"x":"a","a":1}""")]
    [InlineData("include: [a.yml, b.yml]", """{"x":"b","a":1,"b":1}""")]
    [InlineData("include: [b.yml, a.yml]\nx: root", """{"x":"root","b":1,"a":1}""")]
    [InlineData("include: {local: a.yml}", """{"x":"a","a":1}""")]
    [InlineData("include: [{local: /a.yml}, ~]", """{"x":"a","a":1}""")]
    [InlineData("include: ci/c.yaml\nc: {q: 2}", """{"x":"c","b":1,"c":{"p":1,"q":2}}""")]
    [InlineData("include: ci/deep/*.yml", """{"d":1}""")]
    [InlineData("include: 'ci/**.yml'", """{"d":1}""")]
    [InlineData("include: '**/deep/*.?*'\ny: 1", """{"y":1}""")]
    [InlineData("include: {local: 'none/*.yml'}\ny: 1", """{"y":1}""")]
    [InlineData("include: [a.yml, a.yml]", """{"x":"a","a":1}""")]
    [InlineData("include: ci/deep/e.YML", """{"e":1}""")]
    [InlineData("include: []\ny: 1", """{"y":1}""")]
    public void Files_are_merged_in_order_and_the_including_file_over_them(string yaml, string json) =>
        Assert.Equal(json, Load(yaml).Result);

    [Theory]
    [InlineData("include: nope.yml", "Local file `nope.yml` does not exist!")]
    [InlineData("include: empty.yml", "Local file `empty.yml` is empty!")]
    [InlineData("include: comments.yml", "Included file `comments.yml` does not have valid YAML syntax!")]
    [InlineData("include: list.yml", "`list.yml`: Invalid configuration format")]
    [InlineData("include: broken.yml", "`broken.yml`: (<unknown>): mapping values are not allowed in this context at line 1 column 5")]
    [InlineData("include: ci/notes.md", "Included file `ci/notes.md` does not have YAML extension!")]
    [InlineData("include: 'ci/*'", "Included file `ci/notes.md` does not have YAML extension!")]
    [InlineData("include: {local: [a.yml]}", "Included file `[\"a.yml\"]` needs to be a string")]
    [InlineData("include: 12", "Each include must be a hash or a string")]
    [InlineData("include: [[a.yml]]", "Each include must be a hash or a string")]
    [InlineData(
        "include: {file: a.yml}",
        "`{\"file\":\"a.yml\"}` does not have a valid subkey for include. Valid subkeys are: `local`, `project`, `remote`, `template`, `artifact`, `component`"
    )]
    [InlineData(
        "include: {local: a.yml, remote: 'https://x/y.yml'}",
        "Each include must use only one of: `local`, `project`, `remote`, `template`, `artifact`, `component`"
    )]
    [InlineData("include: {artifact: a.yml, job: j}", "Including configs from artifacts is only allowed when triggering child pipelines")]
    [InlineData("include: loop.yml", "Maximum of 150 nested includes are allowed!")]
    [InlineData("include: [nope.yml, neither.yml]", "Local file `nope.yml` does not exist!\nLocal file `neither.yml` does not exist!")]
    [InlineData("include: missing.yml", "Local file `ci/nowhere.yml` does not exist!")]
    public void A_wrong_include_is_told_in_GitLabs_words(string yaml, string messages) => Assert.Equal(messages, Load(yaml).Result);

    [Fact]
    public void Files_read_are_listed_once_the_root_first() =>
        Assert.Equal([".gitlab-ci.yml", "ci/c.yaml", "b.yml", "a.yml"], Load("include: [ci/c.yaml, b.yml, a.yml]").Files);

    [Fact]
    public void A_circle_is_explained()
    {
        var diagnostic = Assert.Single(Load("include: loop.yml").Diagnostics);
        Assert.Equal("These files include each other without end: loop.yml → loop2.yml → loop.yml.", diagnostic.Help);
    }

    [Fact]
    public void A_hundred_and_fifty_includes_are_allowed_and_one_more_is_not()
    {
        static string Includes(int count) => "include:\n" + string.Concat(Enumerable.Repeat("  - a.yml\n", count));
        Assert.Equal("""{"x":"a","a":1}""", Load(Includes(150)).Result);
        Assert.Equal("Maximum of 150 nested includes are allowed!", Load(Includes(151)).Result);
    }

    [Fact]
    public void A_mistake_of_an_included_file_stands_in_that_file()
    {
        var diagnostic = Assert.Single(Load("y: 1\ninclude:\n  - missing.yml\n").Diagnostics);
        Assert.Equal(new Position("missing.yml", 1, 18), diagnostic.At);
        diagnostic = Assert.Single(Load("y: 1\ninclude:\n  - broken.yml\n").Diagnostics);
        Assert.Equal(new Position("broken.yml", 1, 5), diagnostic.At);
        Assert.Equal(("included from", new Position(".gitlab-ci.yml", 3, 5)), Assert.Single(diagnostic.Trail));
    }

    [Theory]
    [InlineData("deep/d.yml", "Did you mean ci/deep/d.yml?")]
    [InlineData("aa.yml", "Did you mean a.yml?")]
    [InlineData("something/else.yml", "Paths start at the root of the project, not at the including file.")]
    public void A_missing_file_gets_a_hint(string path, string help) =>
        Assert.Equal(help, Assert.Single(Load($"include: {path}").Diagnostics).Help);

    [Fact]
    public void Variables_are_expanded_and_rules_asked()
    {
        var asked = new List<string>();
        var scope = new IncludeScope
        {
            Expand = text => text.Replace("$DIR", "ci/deep"),
            RulesAllow = (rules, _, _) =>
            {
                asked.Add(JsonText.Of(rules));
                return asked.Count > 1;
            },
        };
        var result = Load("include: [$DIR/d.yml, {local: b.yml, rules: [{if: $A}]}, {local: a.yml, rules: [{if: $B}]}]", scope).Result;
        Assert.Equal("""{"d":1,"x":"a","a":1}""", result);
        Assert.Equal(["""[{"if":"$A"}]""", """[{"if":"$B"}]"""], asked);
    }

    [Fact]
    public void Variables_beside_a_wildcard_are_replaced_in_the_short_form_alone()
    {
        var scope = new IncludeScope { Expand = text => text.Replace("$DIR", "ci/deep") };
        Assert.Equal("""{"d":1}""", Load("include: $DIR/*.yml", scope).Result);
        var (result, diagnostics, _) = Load("include: {local: $DIR/*.yml}\nx: 1", scope);
        Assert.Equal("""{"x":1}""", result);
        var warning = Assert.Single(diagnostics);
        Assert.Equal((Severity.Warning, new Position(".gitlab-ci.yml", 1, 18)), (warning.Severity, warning.At));
    }

    [Fact]
    public void A_child_pipeline_is_what_its_includes_say()
    {
        var at = new Position(".gitlab-ci.yml", 5, 7);
        var bag = new DiagnosticBag();
        var root = new ConfigRoot.Includes([
            new RootInclude(new TriggerInclude("local", "a.yml", null, at)),
            new RootInclude(new TriggerInclude("artifact", "out/gen.yml", "make", at), "x: gen\n"),
        ]);
        var loaded = ConfigurationLoader.Load(root, ProjectTree.From(s_files), new IncludeScope(), bag);
        Assert.Empty(bag.ToImmutable());
        Assert.Equal("""{"x":"gen","a":1}""", JsonText.Of(loaded.Root!));
        Assert.Equal(["a.yml", "out/gen.yml"], loaded.Files);
    }

    [Fact]
    public void An_artifact_that_is_not_there_is_told()
    {
        var bag = new DiagnosticBag();
        var root = new ConfigRoot.Includes([
            new RootInclude(new TriggerInclude("artifact", "out/gen.yml", "make", new Position("f", 1, 1))),
        ]);
        Assert.Null(ConfigurationLoader.Load(root, ProjectTree.Empty, new IncludeScope(), bag).Root);
        Assert.Equal("Job `make` not found in parent pipeline or does not have artifacts!", Assert.Single(bag.ToImmutable()).Message);
    }

    [Theory]
    [InlineData("", "Please provide content of .gitlab-ci.yml")]
    [InlineData(" \n\t\n", "Please provide content of .gitlab-ci.yml")]
    public void A_blank_configuration_is_told(string yaml, string message) => Assert.Equal(message, Load(yaml).Result);

    [Fact]
    public void A_root_file_that_is_not_there_is_told()
    {
        var bag = new DiagnosticBag();
        Assert.Null(ConfigurationLoader.Load(new ConfigRoot.File(".gitlab-ci.yml"), ProjectTree.Empty, new IncludeScope(), bag).Root);
        Assert.Equal("Missing CI config file", Assert.Single(bag.ToImmutable()).Message);
    }

    [Theory]
    [InlineData("ci/*.yml", "ci/a.yml", true)]
    [InlineData("ci/*.yml", "ci/x/a.yml", false)]
    [InlineData("ci/**.yml", "ci/x/a.yml", true)]
    [InlineData("ci/**/a.yml", "ci/a.yml", false)]
    [InlineData("ci/**/*.yml", "ci/x/y/a.yml", true)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("c+.yml", "cc.yml", false)]
    public void A_wildcard_path_matches_as_GitLabs(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new PathGlob(pattern).Matches(path));
}
