namespace Slipway.Server.Jobs.Artifacts;

/// <summary>What runners may upload, and in what format (runner-protocol §8.5).</summary>
internal static class ArtifactType
{
    public const string Archive = "archive";
    public const string Dotenv = "dotenv";
    public const string JUnit = "junit";

    private static readonly Dictionary<string, string> Formats = new()
    {
        [Archive] = "zip",
        ["lsif"] = "zip",
        ["scip"] = "zip",
        ["annotations"] = "gzip",
        ["cluster_applications"] = "gzip",
        ["cobertura"] = "gzip",
        ["cyclonedx"] = "gzip",
        [Dotenv] = "gzip",
        ["jacoco"] = "gzip",
        [JUnit] = "gzip",
        ["metadata"] = "gzip",
        ["metrics"] = "gzip",
        ["metrics_referee"] = "gzip",
        ["network_referee"] = "gzip",
        ["repository_xray"] = "gzip",
        ["accessibility"] = "raw",
        ["api_fuzzing"] = "raw",
        ["browser_performance"] = "raw",
        ["cluster_image_scanning"] = "raw",
        ["codequality"] = "raw",
        ["container_scanning"] = "raw",
        ["coverage_fuzzing"] = "raw",
        ["dast"] = "raw",
        ["dependency_scanning"] = "raw",
        ["license_scanning"] = "raw",
        ["load_performance"] = "raw",
        ["performance"] = "raw",
        ["requirements"] = "raw",
        ["requirements_v2"] = "raw",
        ["sarif"] = "raw",
        ["sast"] = "raw",
        ["secret_detection"] = "raw",
        ["terraform"] = "raw",
    };

    /// <returns>The format that files of the type have; nothing when no runner may upload such a type.</returns>
    public static string? FormatOf(string type) => Formats.GetValueOrDefault(type);
}
