using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Posix;
using Slipway.Runner.Sources;

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
    private SourcePlan? _plan;

    private ShellExecutor(JobEnvironment job)
    {
        _job = job;
        _environment = HostEnvironment.Of(Environment.GetEnvironmentVariables());
        // A job's folder may lie within the user's checkout, and one without a repository must not take that for its own.
        _environment.Add("GIT_CEILING_DIRECTORIES=" + Path.GetDirectoryName(ProjectDir));
    }

    public string Name => "shell";
    public string ProjectDir => _job.Paths.ProjectDir;
    public string BuildsDir => _job.Paths.BuildsDir;

    /// <param name="workDir">Where <c>builds</c> goes when it is not configured. Absolute.</param>
    public static ExecutorKind Kind(string workDir) =>
        new()
        {
            Name = "shell",
            BuildsDir = workDir.TrimEnd('/') + "/builds",
            Shared = true,
            Create = job => new ShellExecutor(job),
        };

    public Task PrepareAsync(CancellationToken ct)
    {
        if (!OperatingSystem.IsLinux())
            throw new JobFailedException(FailureReason.RunnerUnsupported, "the shell executor needs Linux");
        _job.Trace.Line($"Using Shell ({_job.Runner.Shell}) executor...");
        Directory.CreateDirectory(ProjectDir);
        TreeRemoval.Remove(_job.Paths.TemporaryDir);
        Directory.CreateDirectory(_job.Paths.TemporaryDir, (UnixFileMode)0x1C0);
        return Task.CompletedTask;
    }

    public Task PutSourcesAsync(SourceTree sources, CancellationToken ct)
    {
        var plan = SourcePlan.For(sources);
        if (Directory.EnumerateFileSystemEntries(ProjectDir).Any())
        {
            TreeRemoval.Remove(ProjectDir);
            Directory.CreateDirectory(ProjectDir);
        }

        TreeCopy.Copy(plan, ProjectDir, ct);
        plan.Git?.WriteTo(ProjectDir);
        _plan = plan;
        return Task.CompletedTask;
    }

    public async Task PutFilesAsync(IAsyncEnumerable<FileEntry> files, CancellationToken ct)
    {
        var writer = new ProjectWriter(ProjectDir);
        await foreach (var file in files.WithCancellation(ct))
            await writer.WriteAsync(file, ct);
        writer.Finish();
    }

    public async Task<int> RunAsync(StageScript script, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var start = new ChildStart(ShellProgram.Find(_job.Runner.Shell), [], _environment, ProjectDir);
        var process = ShellProcess.Start(start, Encoding.UTF8.GetBytes(script.Text), _job.Trace, _job.Time);
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
        await Task.CompletedTask;
        var selector = new FileSelector(selection, ProjectDir, selection.Untracked ? _plan?.Paths ?? Nothing : Nothing);
        foreach (var file in ProjectFiles.List(ProjectDir, selector, ct))
            yield return file;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _left)
            await process.EndLeftoversAsync();
        _left.Clear();
        Remove(_job.Paths.TemporaryDir);
        if (_job.Host.RemoveProjectDir)
            Remove(ProjectDir);
    }

    private void Remove(string folder)
    {
        try
        {
            TreeRemoval.Remove(folder);
        }
        catch (IOException e)
        {
            _job.Trace.Warning(e.Message);
        }
    }
}
