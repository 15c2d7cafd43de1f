using Slipway.Server.Blobs;
using Slipway.Server.Git;
using Slipway.Server.Secrets;

namespace Slipway.Server.Invariants;

/// <summary>What takes no time to look at.</summary>
internal static class QuickChecks
{
    /// <summary>The first git whose answers this server reads: 2.36 of April 2022.</summary>
    private static readonly Version OldestGit = new(2, 36);

    private const long LeastFree = 1L << 30;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    public static async Task<Diagnosis.Check> GitAsync(GitDoor git, CancellationToken ct)
    {
        const string name = "git";
        try
        {
            var answer = await git.RunAsync(Path.GetTempPath(), new GitCall("--version"), ct);
            var words = answer.Line.Split(' ');
            return
                words is [_, _, var said, ..]
                && Version.TryParse(
                    string.Join('.', said.Split('.').TakeWhile(part => part.All(char.IsAsciiDigit)).Take(3)),
                    out var version
                )
                ? version >= OldestGit
                    ? new(name, Diagnosis.Health.Good, said)
                    : Bad(name, $"{said} is too old", "PATH", "the server reads what newer ones say", $"install Git {OldestGit} or newer")
                : Bad(name, $"it says \"{answer.Line}\"", "PATH", "that is no version", "install Git");
        }
        catch (GitException e)
        {
            return Bad(name, e.Message, "PATH", "nothing can be pushed or cloned", "install Git");
        }
    }

    public static Diagnosis.Check Folder(string path)
    {
        const string name = "data folder";
        if (!Directory.Exists(path))
            return Bad(name, "it is not there", path, "no server has ever run on it, or it has another path", "--data says where it is");
        if (RestoreMark.WhyNot(path) is { } half)
            return Bad(name, "it is half restored", path, half, "remove the folder and restore again");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            return Bad(
                name,
                "others than its owner can look into it",
                path,
                "repositories, logs and artifacts are in it",
                $"chmod 700 {path}"
            );
        return new(name, Diagnosis.Health.Good, path);
    }

    public static Diagnosis.Check Space(string path)
    {
        const string name = "disk space";
        try
        {
            var drive = new DriveInfo(path);
            var (free, whole) = (drive.AvailableFreeSpace, drive.TotalSize);
            var said = $"{Gigabytes(free)} of {Gigabytes(whole)} GiB are free";
            return free < LeastFree
                    ? Bad(
                        name,
                        said,
                        path,
                        "pushes, logs and artifacts are refused when nothing is left",
                        "free some, or move the data folder"
                    )
                : free < whole / 20 ? new(name, Diagnosis.Health.Doubtful, said)
                : new(name, Diagnosis.Health.Good, said);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return new(name, Diagnosis.Health.Unknown, e.Message);
        }
    }

    /// <summary>The key file and the database are a pair.</summary>
    /// <param name="known">The fingerprint that the database remembers; nothing when it cannot be asked.</param>
    public static (Diagnosis.Check Check, SecretBox? Box) Key(string path, string? known)
    {
        const string name = "key";
        try
        {
            if (KeyFile.Read(path) is not { } keys)
                return (
                    Bad(
                        name,
                        "it is gone",
                        path,
                        "variables, tokens and second factors are sealed with it",
                        "put it back from where you keep a copy"
                    ),
                    null
                );
            if (known is not null && keys.All(key => key.Fingerprint != known))
                return (
                    Bad(
                        name,
                        $"it is {keys[^1].Fingerprint}, and the database is sealed with {known}",
                        path,
                        "it belongs to another database",
                        "put back the file that belongs to this one"
                    ),
                    null
                );
            var box = new SecretBox(keys);
            return (new(name, Diagnosis.Health.Good, box.Fingerprint), box);
        }
        catch (KeyFileException e)
        {
            return (Bad(name, e.Message, path, "nothing sealed can be opened", "see the message"), null);
        }
    }

    /// <summary>Asks for a blob that is not there: a store that works says so.</summary>
    public static async Task<Diagnosis.Check> BlobsAsync(IBlobStore blobs, string place, CancellationToken ct)
    {
        const string name = "blobs";
        try
        {
            await blobs.StatAsync(BlobDigest.Of(new byte[32]), ct);
            return new(name, Diagnosis.Health.Good, place);
        }
        catch (BlobStoreException e)
        {
            return Bad(name, e.Message, place, "artifacts and the logs of jobs that are over cannot be read", "see what the store says");
        }
    }

    internal static Diagnosis.Check Bad(string name, string what, string where, string why, string next) =>
        new(name, Diagnosis.Health.Bad, what) { Troubles = [new(what, where, why, next)] };

    private static string Gigabytes(long bytes) =>
        (bytes / (double)(1L << 30)).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
}
