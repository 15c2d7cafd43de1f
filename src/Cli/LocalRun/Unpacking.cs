using System.IO.Compression;

namespace Slipway.Cli.LocalRun;

/// <summary>Unpacks a job's archive for the user. The archive comes from hostile code: nothing of it lands outside the folder, links are left out.</summary>
internal static class Unpacking
{
    private const int UnixFileType = 0xF000;
    private const int UnixRegular = 0x8000;

    /// <param name="folder">The job's folder; a job's name may hold slashes, so it must itself stay below <paramref name="top"/>. What was there goes.</param>
    public static void Unpack(string archive, string folder, string top)
    {
        var target = Path.GetFullPath(folder);
        if (!IsBelow(target, Path.GetFullPath(top)))
            target = Path.Combine(Path.GetFullPath(top), SafeName.Of(Path.GetFileName(target)));
        RunFolder.Remove(target);
        Directory.CreateDirectory(target);
        using var zip = ZipFile.OpenRead(archive);
        foreach (var entry in zip.Entries)
        {
            var path = Path.GetFullPath(Path.Combine(target, entry.FullName));
            var type = (entry.ExternalAttributes >> 16) & UnixFileType;
            if (!IsBelow(path, target) || entry.FullName.Contains('\0') || (type != 0 && type != UnixRegular))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            entry.ExtractToFile(path, overwrite: true);
            if (!OperatingSystem.IsWindows() && ((entry.ExternalAttributes >> 16) & 0x1FF) is > 0 and var mode)
                File.SetUnixFileMode(path, (UnixFileMode)mode | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
