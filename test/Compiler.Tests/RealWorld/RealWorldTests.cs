using System.Text;
using Slipway.Compiler.Tests.Keywords;
using Slipway.Compiler.Tests.Templates;
using Xunit;

namespace Slipway.Compiler.Tests.RealWorld;

/// <summary>Pipelines of projects out in the world, each kind of them beside a reviewed snapshot; README.md tells how to read one.</summary>
public sealed class RealWorldTests
{
    public static TheoryData<string> Projects() => [.. Corpus.All.Select(project => project.Folder)];

    [Fact]
    public void Every_project_of_the_data_is_here()
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var folders = Directory
            .GetDirectories(Corpus.Path)
            .Select(path => Path.GetFileName(path))
            .Where(name => name != "gitlab-templates");
        Assert.Equal(folders.Order(StringComparer.Ordinal), Corpus.All.Select(project => project.Folder));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_has_the_pipelines_of_its_snapshot(string folder)
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var seen = Snapshot(Project(folder));
        var file = Path.Combine(Here(), "snapshots", folder + ".txt");
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
            File.WriteAllText(file, seen);
        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", seen);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_merged_configuration_reads_back_as_the_same_pipeline(string folder)
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var context = Project(folder).Kinds().First().Context;
        var first = Project(folder).Compile(context);
        var again = PipelineCompiler.Compile(
            new ConfigSource.Text("merged.yml", first.MergedYaml!),
            ProjectTree.Empty,
            context,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(Messages(first), Messages(again));
        Assert.Equal(
            first.Decisions.Select(decision => (decision.Job, decision.Included)),
            again.Decisions.Select(decision => (decision.Job, decision.Included))
        );
        Assert.Equal(first.Pipeline?.Jobs.SelectMany(job => job.Script), again.Pipeline?.Jobs.SelectMany(job => job.Script));
        Assert.Equal(first.Pipeline?.Jobs.SelectMany(Values), again.Pipeline?.Jobs.SelectMany(Values));
        Assert.Equal(first.MergedYaml, again.MergedYaml);
    }

    public static TheoryData<string> Seeds() =>
        Shared.Folder is not { } shared
            ? ["none"]
            :
            [
                .. Directory
                    .GetFiles(Path.Combine(shared, "seed-pipelines"), "*.yml")
                    .Select(path => Path.GetRelativePath(shared, path))
                    .Order(StringComparer.Ordinal),
            ];

    /// <summary>Examples that stand alone: good in every kind of pipeline, though rules may want none.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_pipeline_of_the_source_documents_compiles(string file)
    {
        Assert.SkipWhen(Shared.Folder is null, Shared.Missing);
        var source = new ConfigSource.Text(file, File.ReadAllText(Path.Combine(Shared.Folder, file)));
        foreach (var (_, context) in Corpus.All[0].Kinds())
        {
            var compilation = PipelineCompiler.Compile(source, ProjectTree.Empty, context, TestContext.Current.CancellationToken);
            Assert.Empty(compilation.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error));
            Assert.True(compilation.Pipeline is not null ^ compilation.Refusal is not null);
        }
    }

    private static IEnumerable<string> Messages(Compilation compilation) =>
        compilation.Diagnostics.Select(diagnostic => diagnostic.Message).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Values(CompiledJob job) => job.YamlVariables.Select(variable => $"{variable.Key}={variable.Value}");

    private static Corpus Project(string folder) => Assert.Single(Corpus.All, project => project.Folder == folder);

    private static string Snapshot(Corpus project)
    {
        var kinds = project.Kinds().Select(kind => (kind.Name, Compilation: project.Compile(kind.Context))).ToArray();
        var text = new StringBuilder();
        foreach (var (name, compilation) in kinds)
            text.Append($"{name, -15}{Told(project, compilation)}\n");
        text.Append('\n');
        var standIns = kinds
            .SelectMany(kind => kind.Compilation.Pipeline?.Jobs ?? [])
            .Where(job => !project.Has(job))
            .Select(job => job.GroupName)
            .ToHashSet();
        foreach (var job in kinds.SelectMany(kind => kind.Compilation.Decisions).Select(decision => decision.Job).Distinct())
        {
            if (standIns.Contains(job))
                continue;
            var fates = string.Concat(kinds.Select(kind => TemplateFacts.Fate(kind.Compilation, job)));
            var times = kinds.Max(kind => kind.Compilation.Pipeline?.Jobs.Count(one => one.GroupName == job) ?? 0);
            text.Append($"{fates} {job}{(times > 1 ? $" ×{times}" : "")}\n");
        }

        return text.ToString();
    }

    private static string Told(Corpus project, Compilation compilation)
    {
        if (compilation.Pipeline is { } pipeline)
        {
            var own = pipeline.Jobs.Where(project.Has).ToArray();
            return $"{own.Length} jobs in {own.Select(job => job.Stage).Distinct().Count()} stages";
        }

        var errors = compilation
            .Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error)
            .CountBy(diagnostic => diagnostic.Code)
            .Select(code => $"{code.Key} ×{code.Value}");
        return compilation.Refusal ?? string.Join(", ", errors);
    }

    /// <summary>This test's folder in the repository, where snapshots are written.</summary>
    private static string Here()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
                return Path.Combine(folder.FullName, "test", "Compiler.Tests", "RealWorld");
        throw new InvalidOperationException("No Slipway.slnx above " + AppContext.BaseDirectory);
    }
}
