using System.Collections.Immutable;
using System.Globalization;
using Slipway.Cli.LocalRun;
using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Slipway.Runner.Sources;

namespace Slipway.Scenarios;

/// <summary>A scenario's files in a folder of their own that runs may change, and the project they make.</summary>
internal sealed class ScenarioFolder : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("slipway-scenario-").FullName;

    public ScenarioFolder(string from)
    {
        Directory.CreateDirectory(Root);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            if (Path.GetFileName(file) != Scenario.FileName)
                Put(Path.GetRelativePath(from, file), path => File.Copy(file, path));
    }

    public string Root => Path.Combine(_top, "project");

    /// <summary>For whatever a way of playing it wants to keep from step to step.</summary>
    public string StateDir => Path.Combine(_top, "state");

    public string ArtifactsDir => Path.Combine(_top, "artifacts");

    /// <summary>Writes what the step says into the project.</summary>
    public void Write(RunSpec run)
    {
        foreach (var (path, content) in run.Write)
            Put(path, target => Write(target, content));
    }

    public LocalProject Prepare(RunSpec run)
    {
        Write(run);
        if (Directory.Exists(ArtifactsDir))
            Directory.Delete(ArtifactsDir, recursive: true);
        string[] paths =
        [
            .. Directory
                .EnumerateFiles(Root, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];
        return new LocalProject
        {
            Root = Root,
            ConfigFile = run.File,
            Context = ContextOf(run),
            Tree = ProjectTree.From(paths.ToDictionary(path => path, path => File.ReadAllText(Path.Combine(Root, path)))),
            Sources = _ => Task.FromResult(new SourceTree(Root, paths, null)),
            StateDir = StateDir,
        };
    }

    public void Dispose() => Directory.Delete(_top, recursive: true);

    private void Put(string path, Action<string> put)
    {
        var target = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target) ?? Root);
        put(target);
    }

    private static void Write(string target, FileContent? content)
    {
        if (content is null)
            File.Delete(target);
        else
            File.WriteAllText(target, content.Whole);
    }

    private static PipelineContext ContextOf(RunSpec run) =>
        new()
        {
            Source = run.Source,
            RefKind =
                run.Source == "merge_request_event" ? RefKind.MergeRequest
                : run.Tag is null ? RefKind.Branch
                : RefKind.Tag,
            Ref = run.Tag ?? run.Ref,
            RefProtected = run.Protected,
            Commit = new CommitFacts
            {
                Sha = "0123456789abcdef0123456789abcdef01234567",
                Message = run.Message,
                Author = "Ada <ada@example.com>",
                Timestamp = "2026-01-05T09:00:00+00:00",
            },
            Project = new ProjectFacts
            {
                Path = "group/app",
                Name = "app",
                DefaultBranch = run.DefaultBranch,
                ConfigPath = run.File,
            },
            MergeRequest =
                run.Source == "merge_request_event"
                    ? new MergeRequestFacts { SourceBranch = run.Ref, TargetBranch = run.Target ?? run.DefaultBranch }
                    : null,
            CreatedAt = DateTimeOffset.Parse("2026-01-05T09:00:00Z", CultureInfo.InvariantCulture),
            ProjectVariables =
            [
                .. run.ProjectVariables.Select(pair => new ScopedVariable(
                    new Variable(pair.Key, pair.Value.Value, Public: false, pair.Value.Masked, pair.Value.File, pair.Value.Raw),
                    pair.Value.Scope
                )),
            ],
            PipelineVariables = [.. run.Variables.Select(pair => new Variable(pair.Key, pair.Value))],
            Inputs = run.Inputs.ToImmutableDictionary(),
            External = new ScenarioProjects(run).ToExternalFiles(),
            ChangedPaths = since =>
                since is null ? run.Changed
                : run.ChangedSince.TryGetValue(since, out var paths) ? paths
                : throw new UnknownRefException(since),
        };
}
