using System.Text.Json;

namespace Slipway.Cli.LocalRun;

/// <summary>One run's part of a <see cref="StateFolder"/>, and the hold on it. Disposing it gives the hold up.</summary>
internal sealed class RunFolder : IDisposable
{
    private const string LockName = "lock";
    private const string StateName = "state.json";
    private const string RegistryName = "registry";

    private readonly FileStream _hold;

    private RunFolder(string path, long number, FileStream hold, DateTimeOffset startedAt) =>
        (Path, Number, _hold, StartedAt, Owner) = (path, number, hold, startedAt, ProcessMark.OfThisProcess());

    public string Path { get; }

    /// <summary>Counted from 1 in this checkout; <c>CI_PIPELINE_IID</c>.</summary>
    public long Number { get; }

    public DateTimeOffset StartedAt { get; }
    public ProcessMark Owner { get; }

    /// <summary>A job's own folder, inside <c>CI_BUILDS_DIR</c>.</summary>
    public string ProjectDirOf(int key, string job) => Below("builds", key, job);

    public string ArtifactsOf(int key, string job) => Below("artifacts", key, job);

    /// <summary>Of the run's own registry. Gone with the run.</summary>
    public string Registry => System.IO.Path.Combine(Path, RegistryName);

    public string LogOf(int key, string job)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "logs"));
        return Below("logs", key, job) + ".log";
    }

    public void WriteState(ReadOnlySpan<byte> json) => StateFolder.WriteWhole(System.IO.Path.Combine(Path, StateName), json);

    /// <summary>Ends what this run's jobs have left running on this machine, whatever session it has gone to.</summary>
    public void KillJobs() => ProcessTable.KillJobsIn(System.IO.Path.Combine(Path, "builds"));

    public void Dispose() => _hold.Dispose();

    /// <returns><see langword="null"/> when another process was faster.</returns>
    internal static RunFolder? TryTake(string folder, long number, TimeProvider time)
    {
        try
        {
            var hold = new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            return new RunFolder(folder, number, hold, time.GetUtcNow());
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>
    /// Takes hold of a run that nobody runs any more. Two signs must agree, because a lock means nothing on some file systems and a process
    /// number nothing across containers: the lock is free, and the owner is gone.
    /// </summary>
    /// <returns><see langword="null"/> when it lives, or when another process clears it away just now.</returns>
    internal static FileStream? TryHoldDead(string folder)
    {
        try
        {
            var hold = new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            if (ReadOwner(folder)?.IsGone() ?? true)
                return hold;
            hold.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Held by its run, or just being made.
        }

        return null;
    }

    /// <summary>Ends what a killed run has left: its jobs' processes and folders, half-written files.</summary>
    /// <returns><see langword="false"/>: it was not killed but has ended in order.</returns>
    internal static bool CloseKilled(string folder)
    {
        if (
            ReadState(folder) is { } state
            && state.TryGetProperty("finished", out var finished)
            && finished.ValueKind == JsonValueKind.True
        )
            return false;
        var builds = System.IO.Path.Combine(folder, "builds");
        ProcessTable.KillJobsIn(builds);
        Remove(builds);
        Remove(System.IO.Path.Combine(folder, RegistryName));
        foreach (var name in (string[])[StateName + ".*", "latest-*"])
        {
            foreach (var file in Directory.EnumerateFiles(folder, name))
                File.Delete(file);
        }

        StateFolder.WriteWhole(
            System.IO.Path.Combine(folder, StateName),
            "{\"status\":\"canceled\",\"killed\":true,\"finished\":true}\n"u8
        );
        return true;
    }

    /// <summary>Removes a run, but for artifacts that are still a job's latest.</summary>
    internal static void Discard(string folder, IReadOnlySet<string> spared)
    {
        var artifacts = System.IO.Path.Combine(folder, "artifacts");
        var keeps = false;
        foreach (var job in Directory.Exists(artifacts) ? Directory.GetDirectories(artifacts) : [])
        {
            if (spared.Contains(job))
                keeps = true;
            else
                Remove(job);
        }

        foreach (var part in (string[])["builds", "logs"])
            Remove(System.IO.Path.Combine(folder, part));
        if (!keeps)
            Remove(folder);
    }

    /// <summary>Removes a folder, also where jobs have taken away the right to write; what cannot be removed stays for the next time.</summary>
    internal static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            OpenUp(folder);
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception again) when (again is IOException or UnauthorizedAccessException)
            {
                // Files of another user, say: they are in nobody's way.
            }
        }
    }

    private static void OpenUp(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var at))
        {
            try
            {
                File.SetUnixFileMode(at, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                foreach (var below in new DirectoryInfo(at).EnumerateDirectories())
                {
                    if (below.LinkTarget is null)
                        open.Push(below.FullName);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not ours to open.
            }
        }
    }

    private static ProcessMark? ReadOwner(string folder) =>
        ReadState(folder) is { } state && state.TryGetProperty("owner", out var owner)
            ? new ProcessMark(
                owner.GetProperty("pid").GetInt32(),
                owner.GetProperty("started_at").GetString() ?? "",
                owner.GetProperty("namespace").GetString() ?? ""
            )
            : null;

    private static JsonElement? ReadState(string folder)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(folder, StateName)));
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Below(string part, int key, string job) => System.IO.Path.Combine(Path, part, $"{key:000}-{SafeName.Of(job)}");
}
