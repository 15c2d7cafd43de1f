using System.Globalization;
using Slipway.Runner.Sources;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// What local runs keep beside a checkout. Several runs may use it at once; whatever is cut off in the middle, the next run finds it whole:
/// <code>
/// .slipway/
///   .gitignore                    *  (the folder ignores itself)
///   cache/                        cache archives, shared by all runs
///   owners/                       which living runs have made what in a container engine (Runner's OwnerLock)
///   registry/                     images that runs with --keep-registry have pushed
///   artifacts/JOB                 → runs/N/artifacts/KEY-JOB of the last run in which the job passed (a symlink, replaced in one step)
///   runs/N/
///     lock                        held open by the process of the run while it lives
///     state.json                  who runs it, how far it is (written whole or not at all)
///     logs/KEY-JOB.log            as the job wrote it
///     artifacts/KEY-JOB/          archive.zip, and a file for each report
///     registry/                     images that jobs push, gone with the run
///     builds/KEY-JOB/             the job's folder in the shell, restored for a later job or gone with the run, unless --keep
/// </code>
/// </summary>
internal sealed class StateFolder
{
    private readonly string _runs;

    /// <exception cref="CommandException">The folder cannot be made.</exception>
    public StateFolder(string path)
    {
        Path = path;
        _runs = System.IO.Path.Combine(path, "runs");
        try
        {
            if (!Directory.Exists(_runs))
            {
                Directory.CreateDirectory(_runs);
                FolderSpread.Below(_runs);
            }

            Directory.CreateDirectory(Artifacts);
            Directory.CreateDirectory(Cache);
            var ignore = System.IO.Path.Combine(path, ".gitignore");
            if (!File.Exists(ignore))
                WriteWhole(ignore, "*\n"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, $"{path} cannot be written: {e.Message}");
        }
    }

    public string Path { get; }
    public string Cache => System.IO.Path.Combine(Path, "cache");
    public string Owners => System.IO.Path.Combine(Path, "owners");
    public string Registry => System.IO.Path.Combine(Path, "registry");
    public string Artifacts => System.IO.Path.Combine(Path, "artifacts");

    /// <summary>The number the next run will have, unless another begins meanwhile. Makes nothing.</summary>
    public static long NextNumber(string path) => Numbers(System.IO.Path.Combine(path, "runs")).DefaultIfEmpty(0).Max() + 1;

    /// <summary>A new run with the next number.</summary>
    public RunFolder Begin(TimeProvider time)
    {
        var number = NextNumber(Path);
        while (true)
        {
            var folder = System.IO.Path.Combine(_runs, number.ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            if (RunFolder.TryTake(folder, number, time) is { } run)
                return run;
            number++;
        }
    }

    /// <summary>
    /// Clears away what killed runs have left, and all but the last <paramref name="kept"/> runs. What a living run holds is not touched, nor
    /// are artifacts that are still some job's latest.
    /// </summary>
    /// <returns>How many runs were found killed.</returns>
    public int TidyUp(int kept)
    {
        var killed = 0;
        var numbers = Numbers(_runs).OrderDescending().ToArray();
        var latest = LatestArtifacts();
        for (var i = 0; i < numbers.Length; i++)
        {
            var folder = System.IO.Path.Combine(_runs, numbers[i].ToString(CultureInfo.InvariantCulture));
            using var hold = RunFolder.TryHoldDead(folder);
            if (hold is null)
                continue;
            killed += RunFolder.CloseKilled(folder) ? 1 : 0;
            if (i >= kept)
                RunFolder.Discard(folder, latest);
        }

        return killed;
    }

    /// <summary>The artifacts folder of the last run in which this job passed; <see langword="null"/> when there is none (any more).</summary>
    /// <param name="job">With the bridges above in front, joined by <c>/</c>.</param>
    public string? LatestArtifactsOf(string job)
    {
        var link = System.IO.Path.Combine(Artifacts, SafeName.Of(job));
        return Directory.Exists(link) ? Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName : null;
    }

    /// <summary>From now on these are the job's latest artifacts.</summary>
    public void Publish(string job, string folder, RunFolder run)
    {
        var link = System.IO.Path.Combine(Artifacts, SafeName.Of(job));
        var next = System.IO.Path.Combine(run.Path, "latest-" + Guid.NewGuid().ToString("N"));
        File.CreateSymbolicLink(next, System.IO.Path.GetRelativePath(Artifacts, folder));
        File.Move(next, link, overwrite: true);
    }

    /// <summary>The file holds the old text or the new one, whatever happens meanwhile.</summary>
    internal static void WriteWhole(string path, ReadOnlySpan<byte> text)
    {
        var next = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}";
        File.WriteAllBytes(next, text);
        File.Move(next, path, overwrite: true);
    }

    private HashSet<string> LatestArtifacts()
    {
        var latest = new HashSet<string>(StringComparer.Ordinal);
        foreach (var link in new DirectoryInfo(Artifacts).EnumerateFileSystemInfos())
        {
            if (link.ResolveLinkTarget(returnFinalTarget: false) is { Exists: true } target)
                latest.Add(target.FullName);
            else if (link.LinkTarget is not null)
                link.Delete();
        }

        return latest;
    }

    private static IEnumerable<long> Numbers(string runs)
    {
        if (!Directory.Exists(runs))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(runs))
        {
            if (long.TryParse(System.IO.Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return number;
        }
    }
}
