using Slipway.Compiler;
using Slipway.Compiler.Tests.Keywords;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>Pipelines of projects out in the world, and the source documents' own: none breaks the compiler, and none is refused but for what is honestly told.</summary>
public sealed class RealWorldTests
{
    private static readonly PipelineContext[] Contexts =
    [
        Compiling.Branch() with
        {
            ChangedPaths = _ => null,
        },
        Compiling.Branch("feature/x"),
        Compiling.Tag(),
        Compiling.MergeRequest(),
        Compiling.Branch() with
        {
            Source = "schedule",
            ChangedPaths = _ => null,
        },
    ];

    public static TheoryData<string> Roots()
    {
        if (Shared.Folder is not { } shared)
            return ["none"];
        var real = Path.Combine(shared, "conformance", "realworld");
        var projects = Directory.GetFiles(real, ".gitlab-ci.yml", SearchOption.AllDirectories);
        var templates = Directory.GetFiles(Path.Combine(real, "gitlab-templates"), "*.yml");
        var seeds = Directory.GetFiles(Path.Combine(shared, "seed-pipelines"), "*.yml");
        return
        [
            .. projects.Concat(templates).Concat(seeds).Select(path => Path.GetRelativePath(shared, path)).Order(StringComparer.Ordinal),
        ];
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public void A_real_pipeline_compiles_or_says_what_is_missing(string root)
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var file = new FileInfo(Path.Combine(Shared.Folder, root));
        var tree = TreeOf(file.Directory!);
        foreach (var context in Contexts)
        {
            var compilation = PipelineCompiler.Compile(
                new ConfigSource.File(file.Name),
                tree,
                context,
                TestContext.Current.CancellationToken
            );
            Assert.Empty(compilation.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error && !IsHonest(diagnostic)));
            Assert.NotEmpty(compilation.Files.Length == 0 ? compilation.Diagnostics.Select(d => d.Message) : compilation.Files);
            if (compilation.IsValid)
                Assert.True(compilation.Pipeline is not null ^ compilation.Refusal is not null);
            Assert.NotEqual("", compilation.MergedYaml);
        }
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public void The_merged_configuration_reads_back_as_the_same_pipeline(string root)
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var file = new FileInfo(Path.Combine(Shared.Folder, root));
        var tree = TreeOf(file.Directory!);
        var first = PipelineCompiler.Compile(new ConfigSource.File(file.Name), tree, Contexts[0], TestContext.Current.CancellationToken);
        if (!first.IsValid)
            return;
        var again = PipelineCompiler.Compile(
            new ConfigSource.Text("merged.yml", first.MergedYaml!),
            tree,
            Contexts[0],
            TestContext.Current.CancellationToken
        );
        Assert.Empty(again.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error));
        Assert.Equal(
            first.Decisions.Select(decision => (decision.Job, decision.Included)),
            again.Decisions.Select(decision => (decision.Job, decision.Included))
        );
        Assert.Equal(first.Pipeline?.Jobs.SelectMany(job => job.Script), again.Pipeline?.Jobs.SelectMany(job => job.Script));
        Assert.Equal(
            first.Pipeline?.Jobs.SelectMany(job => job.YamlVariables).Select(variable => variable.Value),
            again.Pipeline?.Jobs.SelectMany(job => job.YamlVariables).Select(variable => variable.Value)
        );
        Assert.Equal(first.MergedYaml, again.MergedYaml);
    }

    /// <summary>An include that is not there or elsewhere, something not supported yet, or a need that this kind of pipeline has not: GitLab would refuse it too.</summary>
    private static bool IsHonest(Diagnostic diagnostic) =>
        diagnostic.Code.StartsWith("CI09", StringComparison.Ordinal)
        || diagnostic.Code
            is DiagnosticCode.IncludeNotFound
                or DiagnosticCode.IncludeUnavailable
                or DiagnosticCode.IncludeRemoteFailed
                or DiagnosticCode.IncludeComponent
                or DiagnosticCode.NeedNotInPipeline;

    private static ProjectTree TreeOf(DirectoryInfo root)
    {
        var files = root.GetFiles("*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(root.FullName, file.FullName), file => File.ReadAllText(file.FullName));
        return ProjectTree.From(files);
    }
}
