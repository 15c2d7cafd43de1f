using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// The shell executor for many jobs of one run. Where jobs do not keep their folders, one job's folder is restored for the next instead of being
/// copied anew. Disposing, after the last job, removes what is left of them.
/// </summary>
public sealed class ShellExecutors : IAsyncDisposable
{
    private readonly Workspaces _workspaces = new();
    private readonly TemporaryFolders _temporary = new();

    /// <param name="workDir">Where <c>builds</c> goes when it is not configured. Absolute.</param>
    public ShellExecutors(string workDir) => Kind = ShellExecutor.Kind(workDir, (_workspaces, _temporary));

    public ExecutorKind Kind { get; }

    /// <summary>Begins to copy a tree before the first job asks for it. Errors wait for that job.</summary>
    public void Prepare(Task<SourceTree> sources) => _ = _workspaces.Prepare(sources, Kind.BuildsDir);

    public async ValueTask DisposeAsync()
    {
        await _workspaces.DisposeAsync();
        _temporary.Dispose();
    }
}
