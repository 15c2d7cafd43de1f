namespace Slipway.Compiler.Tests.Keywords;

/// <summary>Conformance data that lies outside the repository: in the folder SLIPWAY_SHARED names, or beside the repository in <c>shared</c>.</summary>
internal static class Shared
{
    public const string Missing = "No conformance data: set SLIPWAY_SHARED, or put it in a folder `shared` beside the repository.";

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("SLIPWAY_SHARED") is { Length: > 0 } named)
            return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Slipway.slnx")))
                return
                    folder.Parent?.GetDirectories("shared") is [var shared]
                    && Directory.Exists(Path.Combine(shared.FullName, "conformance"))
                    ? shared.FullName
                    : null;
        }
        return null;
    }
}
