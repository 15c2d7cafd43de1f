namespace Slipway.Server;

/// <summary>
/// Held by the one process that serves a data folder. A second would take what the first has in hand for what it left behind when it died. The kernel gives it
/// to the next when its holder dies, however that does.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string Name = "server.lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="ServerStartException">Another process serves the folder.</exception>
    public static FolderLock Take(string dataFolder)
    {
        var path = Path.Combine(dataFolder, Name);
        try
        {
            return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(path))
        {
            throw new ServerStartException($"{dataFolder} is served by another process", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
