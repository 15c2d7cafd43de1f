namespace Slipway.Server;

/// <summary>A file in a data folder for as long as a backup is being restored into it. Whoever finds it there knows that the restore was ended before it was done.</summary>
internal static class RestoreMark
{
    private const string Name = "RESTORING";

    public static void Put(string dataFolder)
    {
        File.WriteAllText(
            Path.Combine(dataFolder, Name),
            "A backup is being restored here. If no restore is running, it was ended: remove this folder and begin again.\n"
        );
        DurableFolder.Sync(dataFolder);
    }

    public static void Remove(string dataFolder)
    {
        File.Delete(Path.Combine(dataFolder, Name));
        DurableFolder.Sync(dataFolder);
    }

    /// <returns>Why the folder is no use; nothing when it is.</returns>
    public static string? WhyNot(string dataFolder) =>
        File.Exists(Path.Combine(dataFolder, Name))
            ? $"{dataFolder} is half restored: the restore was ended before it was done. Remove the folder and restore again."
            : null;

    /// <exception cref="IOException">It is there.</exception>
    public static void ThrowIfThere(string dataFolder)
    {
        if (WhyNot(dataFolder) is { } why)
            throw new IOException(why);
    }
}
