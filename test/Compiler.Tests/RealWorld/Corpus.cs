using Slipway.Compiler.Tests.Evaluation;
using Slipway.Compiler.Tests.Keywords;
using Xunit;

namespace Slipway.Compiler.Tests.RealWorld;

/// <summary>A project of the conformance data, and what is pretended of it.</summary>
/// <param name="Folder">Its folder in the data, <c>GNOME__mutter</c>.</param>
/// <param name="DefaultBranch">As the project has it.</param>
internal sealed record Corpus(string Folder, string DefaultBranch, string Host = "gitlab.com")
{
    /// <summary>The project's path on its own GitLab, which some rules ask for.</summary>
    private string ProjectPath { get; init; } = Folder.Replace("__", "/");

    public static Corpus[] All { get; } =
    [
        new("DataDog__dd-trace-dotnet", "master"),
        new("DataDog__dd-trace-php", "master"),
        new("GNOME__gjs", "master", "gitlab.gnome.org"),
        new("GNOME__gnome-shell", "main", "gitlab.gnome.org"),
        new("GNOME__mutter", "main", "gitlab.gnome.org"),
        new("Kitware__VTK-m", "master", "gitlab.kitware.com") { ProjectPath = "vtk/vtk-m" },
        new("LLNL__RAJAPerf", "develop", "lc.llnl.gov"),
        new("LLNL__axom", "develop", "lc.llnl.gov"),
        new("NetworkManager__NetworkManager", "main", "gitlab.freedesktop.org"),
        new("OpenMW__openmw", "master"),
        new("QubesOS__qubes-core-admin", "main"),
        new("bram2w__baserow", "develop"),
        new("espressif__esp-adf", "master"),
        new("gitlabhq__gitlab-shell", "main") { ProjectPath = "gitlab-org/gitlab-shell" },
        new("kubernetes-sigs__kubespray", "master"),
        new("mendersoftware__mender-qa", "master"),
        new("osbuild__osbuild", "main"),
        new("python-gitlab__python-gitlab", "main"),
        new("videolan__dav1d", "master", "code.videolan.org"),
        new("xen-project__xen", "staging"),
    ];

    public static string Path { get; } = System.IO.Path.Combine(Shared.Folder ?? "", "conformance", "realworld");

    /// <summary>The kinds of pipeline, in the order of a snapshot's letters.</summary>
    public IEnumerable<(string Name, PipelineContext Context)> Kinds()
    {
        var mergeRequest = Compiling.MergeRequest() with { ChangedPaths = _ => ["README.md"] };
        yield return ("default branch", At(Compiling.Branch(DefaultBranch) with { ChangedPaths = _ => ["README.md"] }));
        yield return ("branch", At(Compiling.Branch("feature/x") with { ChangedPaths = _ => ["README.md"] }));
        yield return (
            "merge request",
            At(mergeRequest with { MergeRequest = mergeRequest.MergeRequest! with { TargetBranch = DefaultBranch } })
        );
        yield return ("tag", At(Compiling.Tag()));
        yield return ("schedule", At(Compiling.Branch(DefaultBranch) with { Source = "schedule", ChangedPaths = _ => null }));
    }

    public Compilation Compile(PipelineContext context) =>
        PipelineCompiler.Compile(new ConfigSource.File(".gitlab-ci.yml"), Tree(), context, TestContext.Current.CancellationToken);

    /// <summary>Whether the project, or a template, says that there is such a job.</summary>
    public bool Has(CompiledJob job) => Texts.ContainsKey(job.At.File) || job.At.File.StartsWith("template:", StringComparison.Ordinal);

    private PipelineContext At(PipelineContext context) =>
        context with
        {
            Project = context.Project with
            {
                Path = ProjectPath,
                Name = ProjectPath.Split('/')[^1],
                DefaultBranch = DefaultBranch,
                Registry = "registry.example.com",
            },
            Server = context.Server with { Url = new Uri($"https://{Host}") },
            External = StandIn.ExternalFiles(Texts, ".gitlab-ci.yml"),
        };

    private ProjectTree Tree() => ProjectTree.From(Texts);

    private IReadOnlyDictionary<string, string> Texts =>
        field ??= new DirectoryInfo(System.IO.Path.Combine(Path, Folder))
            .GetFiles("*", SearchOption.AllDirectories)
            .ToDictionary(
                file => System.IO.Path.GetRelativePath(System.IO.Path.Combine(Path, Folder), file.FullName).Replace('\\', '/'),
                file => File.ReadAllText(file.FullName),
                StringComparer.Ordinal
            );
}
