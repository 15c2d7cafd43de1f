namespace Slipway.Scenarios;

/// <summary>The scenario folders below <c>cases/</c>, by their paths there.</summary>
internal static class Cases
{
    private static readonly string s_cases = Path.Combine(FindProject(), "cases");

    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory
            .EnumerateFiles(s_cases, Scenario.FileName, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(s_cases, Path.GetDirectoryName(file) ?? s_cases).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public static string PathOf(string folder) => Path.Combine(s_cases, folder);

    public static Scenario Load(string folder) => Scenario.Load(PathOf(folder));

    private static string FindProject()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Scenarios.csproj")))
                return folder.FullName;
        throw new InvalidOperationException("No Scenarios.csproj above " + AppContext.BaseDirectory);
    }
}
