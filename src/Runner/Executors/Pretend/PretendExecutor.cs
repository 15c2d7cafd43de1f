using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Jobs;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Pretend;

/// <summary>
/// Runs no process and touches no disk: a job's files are in memory, its time is the given clock's, and its commands are a small part of what a
/// shell knows (<see cref="PretendLexer"/>, <see cref="PretendCommands"/>). For scenarios: what it can run, a real shell runs with the same outcome.
/// </summary>
public sealed class PretendExecutor : IExecutor
{
    private readonly JobEnvironment _job;
    private readonly PretendFiles _files;
    private readonly HashSet<string> _tracked = new(StringComparer.Ordinal);

    internal PretendExecutor(JobEnvironment job)
    {
        _job = job;
        _files = new PretendFiles(job.Paths.ProjectDir, job.Time);
    }

    public static ExecutorKind Kind { get; } =
        new()
        {
            Name = "pretend",
            BuildsDir = "/builds",
            Create = job => new PretendExecutor(job),
        };

    public string Name => "pretend";
    public string ProjectDir => _job.Paths.ProjectDir;
    public string BuildsDir => _job.Paths.BuildsDir;

    public Task PrepareAsync(CancellationToken ct) => Task.CompletedTask;

    public async Task PutSourcesAsync(SourceTree sources, CancellationToken ct)
    {
        foreach (var path in sources.Paths)
        {
            var full = Path.Combine(sources.Root, path);
            _files.Put(
                _files.Resolve(path),
                await File.ReadAllBytesAsync(full, ct),
                OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(full)
            );
            _tracked.Add(path);
        }
    }

    public async Task PutFilesAsync(IAsyncEnumerable<FileEntry> files, CancellationToken ct)
    {
        await foreach (var file in files.WithCancellation(ct))
        {
            var path = _files.Resolve(file.Path);
            if (file.Kind == FileKind.Directory)
                _files.MakeDirectory(path);
            if (file.Open is not { } open)
                continue;
            await using var content = open();
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, ct);
            _files.Put(path, copy.ToArray(), file.Mode);
        }
    }

    public Task<int> RunAsync(StageScript script, CancellationToken ct)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in _job.Variables.All)
        {
            variables[variable.Key] = _job.Variables.Told(variable);
            if (variable.File)
                _files.Write(_job.Variables.Told(variable), Encoding.UTF8.GetBytes(variable.Value), append: false);
        }
        foreach (var variable in script.News)
            variables[variable.Key] = variable.Value;
        variables["GITLAB_ENV"] = _job.Paths.EnvFile;
        foreach (var line in Lines(_files.Read(_job.Paths.EnvFile)))
            if (line.IndexOf('=') is > 0 and var sign)
                variables[line[..sign]] = line[(sign + 1)..];
        return new PretendShell(_files, variables, _job.Trace, _job.Time).RunAsync(script.Commands, ct);
    }

    public async IAsyncEnumerable<FileEntry> ReadFilesAsync(FileSelection selection, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var selector = new FileSelector(selection, ProjectDir, _tracked);
        foreach (var entry in Entries().OrderBy(entry => entry.Path, StringComparer.Ordinal).ToList())
        {
            ct.ThrowIfCancellationRequested();
            if (selector.Picks(entry.Path, entry.Kind))
                yield return entry;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<FileEntry> Entries()
    {
        var below = ProjectDir + "/";
        foreach (var path in _files.Directories)
            if (path.StartsWith(below, StringComparison.Ordinal))
                yield return new FileEntry(
                    path[below.Length..],
                    FileKind.Directory,
                    PretendFile.DefaultMode | UnixFileMode.UserExecute,
                    _job.Time.GetUtcNow(),
                    0,
                    null,
                    null
                );
        foreach (var (path, file) in _files.Files)
            if (path.StartsWith(below, StringComparison.Ordinal))
                yield return new FileEntry(
                    path[below.Length..],
                    FileKind.File,
                    file.Mode,
                    file.ModifiedAt,
                    file.Content.Length,
                    null,
                    () => new MemoryStream(file.Content)
                );
    }

    private static string[] Lines(byte[]? content) =>
        content is null ? [] : Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
