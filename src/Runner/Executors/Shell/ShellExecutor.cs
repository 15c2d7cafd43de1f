using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Posix;
using Slipway.Runner.Sources;
using Slipway.Runner.Sources.Git;

namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// Runs a job's scripts as processes of this machine, by this process's user (runner-protocol §14.1). What the job sees of the host's environment
/// is <see cref="HostEnvironment"/>. <c>image</c> and <c>services</c> mean nothing here.
/// </summary>
public sealed class ShellExecutor : IExecutor
{
    private static readonly IReadOnlySet<string> Nothing = FrozenSet<string>.Empty;

    private readonly JobEnvironment _job;
    private readonly List<string> _environment;
    private readonly List<ShellProcess> _left = [];
    private readonly Workspaces? _workspaces;
    private readonly TemporaryFolders? _temporary;
    private SourcePlan? _plan;
    private Workspace? _workspace;
    private FileIdentity? _temporaryDir;
    private int _firstProcess;

    /// <param name="shared">Where the job's folders come from and go to; <see langword="null"/>: they are made for this job alone.</param>
    /// <param name="owner">Name of this process's <see cref="OwnerLock"/>, so that a later one can end what this one leaves.</param>
    internal ShellExecutor(JobEnvironment job, (Workspaces Workspaces, TemporaryFolders Temporary)? shared, string? owner)
    {
        _job = job;
        _workspaces = job.Host.RemoveProjectDir ? shared?.Workspaces : null;
        _temporary = shared?.Temporary;
        _environment = HostEnvironment.Of(Environment.GetEnvironmentVariables());
        _environment.Add($"{JobPaths.Mark}={ProjectDir}");
        if (owner is not null)
            _environment.Add($"{OrphanedScripts.OwnerVariable}={owner}");
        // A job's folder may lie within the user's checkout, and one without a repository must not take that for its own.
        _environment.Add("GIT_CEILING_DIRECTORIES=" + Path.GetDirectoryName(ProjectDir));
    }

    public string Name => "shell";
    public string ProjectDir => _job.Paths.ProjectDir;
    public string BuildsDir => _job.Paths.BuildsDir;

    /// <param name="workDir">Where <c>builds</c> goes when it is not configured. Absolute.</param>
    public static ExecutorKind Kind(string workDir) => Kind(workDir, null);

    internal static ExecutorKind Kind(string workDir, (Workspaces, TemporaryFolders)? shared, string? owner = null) =>
        new()
        {
            Name = "shell",
            BuildsDir = workDir.TrimEnd('/') + "/builds",
            Shared = true,
            HasGit = true,
            Create = job => new ShellExecutor(job, shared, owner),
        };

    public Task PrepareAsync(CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            throw new JobFailedException(FailureReason.RunnerUnsupported, "the shell executor needs Linux");
        _job.Trace.Line($"Using Shell ({_job.Runner.Shell}) executor...");
        _temporaryDir = (_temporary ?? new TemporaryFolders()).Take(_job.Paths.TemporaryDir);
        return Task.CompletedTask;
    }

    public async Task PutSourcesAsync(SourceTree sources, CancellationToken ct)
    {
        _plan = SourcePlan.For(sources);
        _workspace = null;
        if (_workspaces is not null)
        {
            _workspace = await _workspaces.TakeAsync(_plan.Layout, ProjectDir, ct);
            return;
        }

        TreeRemoval.Remove(ProjectDir);
        new Workspace(_plan.Layout, ProjectDir).Restore(ct);
    }

    public async Task PutFilesAsync(IAsyncEnumerable<FileEntry> files, CancellationToken ct)
    {
        Directory.CreateDirectory(ProjectDir);
        using var writer = new ProjectWriter(ProjectDir);
        await foreach (var file in files.WithCancellation(ct))
            writer.Write(file);
        writer.Finish();
    }

    public async Task<int> RunAsync(StageScript script, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (_workspace is null)
            Directory.CreateDirectory(ProjectDir);
        var start = new ChildStart(ShellProgram.Find(_job.Runner.Shell), [], _environment, ProjectDir);
        var process = ShellProcess.Start(start, Encoding.UTF8.GetBytes(script.Text), _job.Trace, _job.Time);
        if (_firstProcess == 0)
            _firstProcess = process.Session;
        int code;
        await using (ct.Register(() => process.Stop(_job.Host.Grace)))
        await using (_job.Abort.Register(() => process.Stop(TimeSpan.Zero)))
            code = await process.Exited;
        if (ProcessSession.GroupExists(process.Session))
            _left.Add(process);
        ct.ThrowIfCancellationRequested();
        return code;
    }

    public async IAsyncEnumerable<FileEntry> ReadFilesAsync(FileSelection selection, [EnumeratorCancellation] CancellationToken ct)
    {
        Directory.CreateDirectory(ProjectDir);
        var known = !selection.Untracked ? Nothing : _plan?.Paths ?? await CheckedOut.TrackedAsync(ProjectDir, ct);
        var selector = new FileSelector(selection, ProjectDir, known);
        foreach (var file in ProjectFiles.List(ProjectDir, selector, ct))
            yield return file;
    }

    public async ValueTask DisposeAsync()
    {
        var clean = true;
        foreach (var process in _left)
            clean &= await process.EndLeftoversAsync();
        _left.Clear();
        // What is passed on nobody may still hold.
        clean &= _firstProcess == 0 || !StrayProcesses.AnyIn(ProjectDir, _firstProcess);
        var (workspace, temporary) = (_workspace, _temporaryDir);
        (_workspace, _temporaryDir) = (null, null);
        if (temporary is { } taken && clean && _temporary is not null)
            Try(() => _temporary.GiveBack(_job.Paths.TemporaryDir, taken));
        else
            Try(() => TreeRemoval.Remove(_job.Paths.TemporaryDir));
        if (workspace is not null && clean)
            _workspaces!.GiveBack(workspace);
        else if (_job.Host.RemoveProjectDir)
            Try(() => TreeRemoval.Remove(ProjectDir));
    }

    private void Try(Action removal)
    {
        try
        {
            removal();
        }
        catch (IOException e)
        {
            _job.Trace.Warning(e.Message);
        }
    }
}
