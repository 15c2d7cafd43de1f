using Slipway.Compiler.Tests.Evaluation;
using Xunit;

namespace Slipway.Compiler.Tests.Include;

public sealed class CircleTests
{
    private const string TooMany = "Maximum of 150 nested includes are allowed!";

    [Theory]
    [InlineData("a.yml → a.yml", "include: a.yml")]
    [InlineData("a.yml → b.yml → a.yml", "include: b.yml", "include: a.yml")]
    [InlineData("a.yml → b.yml → c.yml → a.yml", "include: [b.yml, b.yml, b.yml]", "include: [c.yml, c.yml]", "include: [a.yml, b.yml]")]
    [InlineData(
        "b.yml → b.yml",
        "include: {local: b.yml, inputs: {n: 1}}",
        "spec: {inputs: {n: }}\n---\ninclude: {local: b.yml, inputs: {n: 1}}"
    )]
    [InlineData("a.yml → .gitlab-ci.yml → a.yml", "include: .gitlab-ci.yml")]
    public void A_circle_is_told_as_soon_as_it_is_certain(string circle, params string[] files)
    {
        var compilation = Compile(files);
        var diagnostic = Assert.Single(compilation.Diagnostics);
        Assert.Equal(TooMany, diagnostic.Message);
        Assert.Equal($"These files include each other without end: {circle}.", diagnostic.Help);
        Assert.True(compilation.Files.Length <= files.Length + 1);
    }

    [Fact]
    public void Inputs_that_change_may_end_it()
    {
        var shorter =
            "spec: {inputs: {n: }}\n---\ninclude: {local: a.yml, inputs: {n: '$[[ inputs.n | truncate(0,1) ]]'}, rules: [{if: '\"$[[ inputs.n ]]\" != \"x\"'}]}\n'j$[[ inputs.n ]]': {script: y}\n";
        var compilation = Compiling.Compile("include: {local: a.yml, inputs: {n: xy}}", null, "a.yml=" + shorter);
        Assert.Equal(["jx", "jxy"], compilation.Pipeline!.Jobs.Select(job => job.Name));
    }

    [Fact]
    public void A_circle_of_ever_new_inputs_ends_at_the_limit()
    {
        var longer = "spec: {inputs: {n: }}\n---\ninclude: {local: a.yml, inputs: {n: 'x$[[ inputs.n ]]'}}\n";
        var diagnostic = Assert.Single(Compiling.Compile("include: {local: a.yml, inputs: {n: x}}", null, "a.yml=" + longer).Diagnostics);
        Assert.Equal(TooMany, diagnostic.Message);
        Assert.Equal("These files include each other without end: a.yml → a.yml.", diagnostic.Help);
        Assert.Equal(10, diagnostic.Trail.Length);
    }

    [Fact]
    public void Wildcards_pass_over_what_has_been_included()
    {
        var compilation = Compiling.Compile(
            "include: 'ci/*.yml'",
            null,
            "ci/a.yml=include: 'ci/*.yml'\na: {script: x}\n",
            "ci/b.yml=include: {local: 'ci/*.yml'}\nb: {script: x}\n"
        );
        Assert.Equal(["b", "a"], compilation.Pipeline!.Jobs.Select(job => job.Name).OrderDescending());
    }

    [Fact]
    public void A_large_file_is_not_read_150_times()
    {
        var large = "include: small.yml\n" + string.Concat(Enumerable.Repeat("# a line of some length that says nothing at all\n", 40_000));
        var asked = 0;
        var tree = ProjectTree.From(new Dictionary<string, string> { ["large.yml"] = large, ["small.yml"] = "s: {script: x}\n" });
        var counting = tree with
        {
            ReadText = path =>
            {
                asked++;
                return tree.ReadText(path);
            },
        };
        var yaml = "include: [" + string.Join(", ", Enumerable.Repeat("large.yml", 75)) + "]";
        var source = new ConfigSource.Text(".gitlab-ci.yml", yaml);
        var compilation = PipelineCompiler.Compile(source, counting, Compiling.Branch(), TestContext.Current.CancellationToken);
        Assert.Equal("Total size of combined CI/CD configuration is too big", Assert.Single(compilation.Diagnostics).Message);
        Assert.True(asked <= 150);
    }

    [Fact]
    public void Another_projects_circle_is_one_too()
    {
        var world = new OtherProjects().With("g/p", "HEAD main", ("a.yml", "include: {project: g/p, file: a.yml, ref: main}\n"));
        var context = Compiling.Branch() with { External = world.Files };
        var diagnostic = Assert.Single(Compiling.Compile("include: {project: g/p, file: a.yml}", context).Diagnostics);
        Assert.Equal("These files include each other without end: g/p@main:a.yml → g/p@main:a.yml.", diagnostic.Help);
    }

    private static Compilation Compile(string[] files) =>
        Compiling.Compile(
            "include: a.yml\nx: {script: y}\n",
            null,
            [.. files.Select((text, i) => $"{(char)('a' + i)}.yml={text}"), ".gitlab-ci.yml=include: a.yml\nx: {script: y}\n"]
        );
}
