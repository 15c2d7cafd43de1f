using Slipway.Protocol.Variables;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors;

/// <summary>
/// Where a job's scripts run and its files lie. One object serves one job. Order of calls: <see cref="PrepareAsync"/> once, then any of the
/// others, one at a time, then <see cref="IAsyncDisposable.DisposeAsync"/>, which must be called also after a failed prepare, may be
/// called twice, and leaves nothing behind (processes, containers, networks, temporary volumes).
/// </summary>
public interface IExecutor : IAsyncDisposable
{
    /// <summary><c>shell</c> or <c>docker</c>: the word in <c>config.toml</c>.</summary>
    string Name { get; }

    /// <summary>The project's folder as the scripts see it, absolute: <c>CI_PROJECT_DIR</c>.</summary>
    string ProjectDir { get; }

    /// <summary><c>CI_BUILDS_DIR</c>.</summary>
    string BuildsDir { get; }

    /// <summary>The file-variable folder as the scripts see it: <c>PROJECT.tmp</c>.</summary>
    string TemporaryDir => ProjectDir + ".tmp";

    /// <summary>Pulls images, starts services, makes the project's folder. A failure of the user's making throws <see cref="JobFailedException"/>.</summary>
    Task PrepareAsync(CancellationToken ct);

    /// <summary>Puts a working tree into the project's folder.</summary>
    Task PutSourcesAsync(SourceTree sources, CancellationToken ct);

    /// <summary>Unpacks files into the project's folder, overwriting. Paths are already checked to stay inside it.</summary>
    Task PutFilesAsync(IAsyncEnumerable<FileEntry> files, CancellationToken ct);

    /// <summary>
    /// Runs one generated script to its end with its output going to the job's trace. Cancelling <paramref name="ct"/> ends the script's
    /// processes (TERM, then KILL after the grace time) and throws <see cref="OperationCanceledException"/>; the executor stays usable, so that after_script can run.
    /// </summary>
    /// <returns>The exit code.</returns>
    Task<int> RunAsync(StageScript script, CancellationToken ct);

    /// <summary>The files that <paramref name="selection"/> picks, sorted by path. Each entry's content must be read before the next is asked for.</summary>
    IAsyncEnumerable<FileEntry> ReadFilesAsync(FileSelection selection, CancellationToken ct);
}

/// <param name="Stage"><c>step_script</c>, <c>after_script</c>, <c>get_sources</c> … : the section it belongs to.</param>
/// <param name="Text">A whole script for bash or any POSIX sh; the shell reads it from its standard input.</param>
public sealed record StageScript(string Stage, string Text)
{
    /// <summary>The commands the text runs, as their author wrote them.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    /// <summary>Variables that changed since the job began, such as <c>CI_JOB_STATUS</c>; the text exports them.</summary>
    public IReadOnlyList<Variable> News { get; init; } = [];
}

/// <summary>What to take from the project's folder: doublestar globs below it, as <c>artifacts</c> and <c>cache</c> have them.</summary>
/// <param name="Untracked">Also what is neither part of the sources put there nor picked by a path.</param>
public sealed record FileSelection(IReadOnlyList<string> Paths, IReadOnlyList<string> Exclude, bool Untracked);

public enum FileKind
{
    File,
    Directory,
    Symlink,
}

/// <summary>A file on its way between a job and an archive.</summary>
/// <param name="Path">Relative to the project's folder, forward slashes, no <c>..</c>, no ending slash.</param>
/// <param name="LinkTarget">For symlinks.</param>
/// <param name="Open">The content; <see langword="null"/> for all but files. May be called once.</param>
public sealed record FileEntry(
    string Path,
    FileKind Kind,
    UnixFileMode Mode,
    DateTimeOffset ModifiedAt,
    long Size,
    string? LinkTarget,
    Func<Stream>? Open
);
