namespace Slipway.Server;

/// <summary>A folder whose contents are nobody else's: repositories, logs, artifacts.</summary>
internal static class OwnFolder
{
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
