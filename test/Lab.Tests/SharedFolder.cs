namespace Slipway.Lab.Tests;

/// <summary>The folder with the seed pipelines, which is not part of the project: named by SLIPWAY_SHARED, or beside the clone.</summary>
internal static class SharedFolder
{
    public static string? Path { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("SLIPWAY_SHARED") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(folder.FullName, "Slipway.slnx")))
                continue;
            var beside = System.IO.Path.Combine(folder.Parent?.FullName ?? "/", "shared");
            return Directory.Exists(System.IO.Path.Combine(beside, "seed-pipelines")) ? beside : null;
        }
        return null;
    }
}
