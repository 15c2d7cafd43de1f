using Slipway.Compiler.Tests.Evaluation;
using Xunit;

namespace Slipway.Compiler.Tests.Include;

/// <summary><c>trigger:include</c> from the parent's configuration to the child's jobs.</summary>
public sealed class TriggerIncludeTests
{
    private static readonly string[] s_files =
    [
        "child.yml=c: {script: own}\n",
        "inputs.yml=spec: {inputs: {n: {type: number}, l: {type: array, default: []}}}\n---\n'job$[[ inputs.n ]]': {script: '$[[ inputs.l ]]'}\n",
        "more.yml=inputs: {n: {default: z}}\n",
        "header.yml=spec: {include: [more.yml]}\n---\nx: {script: '$[[ inputs.n ]]'}\n",
        "nested.yml=include: header.yml\n",
    ];

    private static Compilation Child(string include, string? artifact = null, params string[] variables)
    {
        var world = new OtherProjects()
            .With("g/p", "HEAD main", ("a.yml", "a: {script: a}\n"), ("b.yml", "include: a.yml\nb: {script: b}\n"))
            .Publish(
                "g/c",
                "1.0.0",
                ("templates/scan.yml", "spec: {component: [version]}\n---\nscan: {script: 'v$[[ component.version ]]'}\n")
            )
            .Web("https://example.com/r.yml", "r: {script: r}\n");
        var context = Compiling.Branch() with { External = world.Files };
        var parent = "make: {stage: build, script: x}\ngo: {stage: test, trigger: {include: " + include + "}}";
        var trigger = Compiling.Job(parent, "go", context, s_files).Trigger!;
        var source = new ConfigSource.Child([.. trigger.Include.Select(item => new ChildInclude(item, artifact))]);
        var tree = ProjectTree.From(s_files.ToDictionary(file => file.Split('=', 2)[0], file => file.Split('=', 2)[1]));
        return PipelineCompiler.Compile(
            source,
            tree,
            (context with { Source = "parent_pipeline" }).With(variables),
            TestContext.Current.CancellationToken
        );
    }

    private static string Result(Compilation compilation) =>
        compilation.IsValid
            ? string.Join("; ", compilation.Pipeline!.Jobs.Select(job => $"{job.Name}: {string.Join(" ", job.Script)}"))
            : string.Join("\n", compilation.Diagnostics.Select(diagnostic => diagnostic.Message));

    [Theory]
    [InlineData("child.yml", "c: own")]
    [InlineData("'$NAME.yml'", "c: own")]
    [InlineData("[child.yml, {local: /inputs.yml, inputs: {n: 3, l: [x, 'y: z']}}]", "c: own; job3: x y: z")]
    [InlineData("[{project: g/p, file: [a.yml, b.yml], ref: main}]", "a: a; b: b")]
    [InlineData(
        "[{project: g/p, file: b.yml}, {remote: 'https://example.com/r.yml'}, {component: $CI_SERVER_FQDN/g/c/scan@1}]",
        "a: a; b: b; r: r; scan: v1.0.0"
    )]
    [InlineData("https://example.com/r.yml", "r: r")]
    [InlineData("[{artifact: out/gen.yml, job: make}]", "gen: g")]
    [InlineData("[{local: child.yml, rules: [{if: $NAME}]}, {local: nowhere.yml, rules: [{if: '$NAME == null'}]}]", "c: own")]
    [InlineData("header.yml", "x: z")]
    public void A_child_is_made_of_any_kind_of_file(string include, string jobs) =>
        Assert.Equal(jobs, Result(Child(include, "gen: {script: g}\n", "NAME=child")));

    [Theory]
    [InlineData("nowhere.yml", "Local file `nowhere.yml` does not exist!")]
    [InlineData("[{project: g/p, file: none.yml}]", "Project `g/p` file `none.yml` does not exist!")]
    [InlineData(
        "[{project: g/none, file: a.yml}]",
        "Project `g/none` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined."
    )]
    [InlineData("[{component: localhost/g/c/none@1}]", "Component 'localhost/g/c/none@1' - content not found")]
    [InlineData(
        "[{remote: 'https://example.com/none.yml'}]",
        "Remote file `https://example.com/none.yml` could not be fetched after 1 attempt because of HTTP code `404` error!"
    )]
    [InlineData("[{artifact: out/gen.yml, job: make}]", "Job `make` not found in parent pipeline or does not have artifacts!")]
    [InlineData(
        "nested.yml",
        "Included file `header.yml` cannot use `spec:include`. This keyword is not supported in included configuration files"
    )]
    public void What_is_wrong_with_a_childs_files_stands_where_the_parent_names_them(string include, string message)
    {
        var diagnostic = Assert.Single(Child(include).Diagnostics);
        Assert.Equal(message, diagnostic.Message);
        Assert.Equal(".gitlab-ci.yml", (diagnostic.Trail.IsEmpty ? diagnostic.At : diagnostic.Trail[^1].At)!.Value.File);
    }
}
