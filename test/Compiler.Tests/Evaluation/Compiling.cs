using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>Whole configurations through the door.</summary>
internal static class Compiling
{
    public static PipelineContext Branch(string name = "main") =>
        new()
        {
            Ref = name,
            Commit = new CommitFacts { Sha = "0123456789abcdef0123456789abcdef01234567", Message = "Fix the door\n\nIt was stuck.\n" },
            Project = new ProjectFacts { Path = "group/sub/project", Name = "project" },
            ChangedPaths = _ => [],
        };

    public static PipelineContext Tag(string name = "v1.0") =>
        Branch() with
        {
            RefKind = RefKind.Tag,
            Ref = name,
            ChangedPaths = _ => null,
        };

    public static PipelineContext MergeRequest() =>
        Branch("feature") with
        {
            Source = "merge_request_event",
            RefKind = RefKind.MergeRequest,
            MergeRequest = new MergeRequestFacts
            {
                Iid = 7,
                SourceBranch = "feature",
                TargetBranch = "main",
            },
        };

    public static PipelineContext With(this PipelineContext context, params string[] pipelineVariables) =>
        context with
        {
            PipelineVariables = [.. pipelineVariables.Select(Pair)],
        };

    public static PipelineContext WithProject(this PipelineContext context, params string[] projectVariables) =>
        context with
        {
            ProjectVariables = [.. projectVariables.Select(text => new ScopedVariable(Pair(text)))],
        };

    private static Variable Pair(string text) => new(text.Split('=', 2)[0], text.Split('=', 2)[1]);

    public static Compilation Compile(string yaml, PipelineContext? context = null, params string[] files)
    {
        var tree = files.Where(file => file.Contains('=')).ToDictionary(file => file.Split('=', 2)[0], file => file.Split('=', 2)[1]);
        foreach (var file in files.Where(file => !file.Contains('=')))
            tree[file] = "";
        return PipelineCompiler.Compile(
            new ConfigSource.Text(".gitlab-ci.yml", yaml),
            ProjectTree.From(tree),
            context ?? Branch(),
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>The pipeline of a configuration that must be good.</summary>
    public static CompiledPipeline Pipeline(string yaml, PipelineContext? context = null, params string[] files)
    {
        var compilation = Compile(yaml, context, files);
        Assert.Equal(
            [],
            compilation.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).Select(diagnostic => diagnostic.Message)
        );
        Assert.Null(compilation.Refusal);
        Assert.NotNull(compilation.Pipeline);
        return compilation.Pipeline;
    }

    public static CompiledJob Job(string yaml, string name, PipelineContext? context = null, params string[] files) =>
        Assert.Single(Pipeline(yaml, context, files).Jobs, job => job.Name == name);

    public static string Names(this CompiledPipeline pipeline) => string.Join(' ', pipeline.Jobs.Select(job => job.Name));

    public static string[] Errors(string yaml, PipelineContext? context = null, params string[] files) =>
        [
            .. Compile(yaml, context, files)
                .Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error)
                .Select(diagnostic => diagnostic.Message),
        ];

    /// <summary>What the runner would be sent for a variable.</summary>
    public static string? Value(this CompiledJob job, string name) =>
        VariableList.ExpandForRunner(job.Variables).LastOrDefault(variable => variable.Key == name)?.Value;
}
