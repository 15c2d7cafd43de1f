namespace Slipway.Server.Data.Sqlite;

/// <summary>File systems of other machines, whose locks and fsync SQLite cannot rely on (sqlite.org/howtocorrupt.html, 2.1).</summary>
internal static class NetworkDrive
{
    private static readonly string[] Formats =
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
        "afs",
        "ncp",
        "ncpfs",
        "ceph",
        "9p",
        "v9fs",
    ];

    /// <returns>The file system's name when it is one of them.</returns>
    public static string? Holds(string path)
    {
        try
        {
            var format = new DriveInfo(path).DriveFormat;
            return Is(format) ? format : null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static bool Is(string format) => Formats.Contains(format, StringComparer.OrdinalIgnoreCase);
}
