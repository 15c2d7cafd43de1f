using Slipway.Server.Backups;

namespace Slipway.Server;

/// <summary>Everything a server keeps, as a folder that can be carried away, checked, and made a server again: also with the other database, or another place for blobs.</summary>
public static class Backup
{
    /// <param name="CreatedAt">The moment of which it holds everything.</param>
    /// <param name="Key">The fingerprint of the key that opens what is sealed in it.</param>
    /// <param name="HasKey">That key is in it.</param>
    public sealed record Summary(string Folder, DateTimeOffset CreatedAt, long Files, long Bytes, string Key, bool HasKey);

    /// <summary>Makes a backup. The server may run: what is in the backup is as it was at one moment.</summary>
    /// <param name="folder">Not there yet, or empty.</param>
    /// <param name="withKey">Whoever has the backup then has all secrets too.</param>
    /// <exception cref="BackupException">It could not be made; nothing is left of it.</exception>
    public static Task<Summary> CreateAsync(
        ServerOptions options,
        string folder,
        bool withKey,
        TimeProvider time,
        Action<string> tell,
        CancellationToken ct
    ) => new BackupCreation(options, time, tell).RunAsync(folder, withKey, ct);

    /// <summary>Reads all of a backup, and compares every file with what it was when the backup was made.</summary>
    /// <returns>What it is, and what is wrong with it, a line each.</returns>
    /// <exception cref="BackupException">It is none, or was never finished.</exception>
    public static Task<(Summary Summary, IReadOnlyList<string> Wrong)> VerifyAsync(string folder, CancellationToken ct) =>
        BackupCheck.RunAsync(folder, ct);

    /// <summary>Makes a server's data of a backup, in an empty place. Checks the backup first.</summary>
    /// <param name="options">Where to: the folder and the database must be empty, or not there.</param>
    /// <param name="keyFile">A copy of the server's <c>secret.key</c>; nothing when the backup has it.</param>
    /// <exception cref="BackupException">The backup is no use, the place is not empty, or the key is another's.</exception>
    public static Task<Summary> RestoreAsync(
        string folder,
        ServerOptions options,
        string? keyFile,
        TimeProvider time,
        Action<string> tell,
        CancellationToken ct
    ) => new BackupRestore(options, time, tell).RunAsync(folder, keyFile, ct);
}
