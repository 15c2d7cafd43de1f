using System.Diagnostics;

namespace Slipway.House.Tests;

/// <summary>The repository this test was built from, read once.</summary>
internal static class House
{
    public static string Root { get; } = FindRoot();

    /// <summary>Paths git tracks, and new ones it does not ignore; forward slashes, sorted.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>Every C# file below <c>src/</c>.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
    [.. Files.Where(path => path.StartsWith("src/") && path.EndsWith(".cs")).Select(path => SourceFile.Parse(path, Read(path)))];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("No Slipway.slnx above " + AppContext.BaseDirectory);
    }

    private static string[] ListFiles()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git does not start");
        var listed = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. listed.Where(path => File.Exists(Path.Combine(Root, path))).Distinct().Order(StringComparer.Ordinal)];
    }
}
