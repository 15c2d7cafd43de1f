using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Protocol.Jobs;

namespace Slipway.Compiler.Evaluation;

/// <summary>
/// What a job uploads: one archive for <c>paths</c> and <c>untracked</c>, and for each report a file of its own, whatever the job's result. Types,
/// formats and names are those of runner-protocol §8.5.
/// </summary>
internal static class ArtifactUploads
{
    public static ImmutableArray<JobArtifact> Of(ArtifactsConfig? artifacts)
    {
        if (artifacts is null)
            return [];
        var uploads = ImmutableArray.CreateBuilder<JobArtifact>(artifacts.Reports.Length + 1);
        if (artifacts.Untracked || !artifacts.Paths.IsEmpty)
            uploads.Add(
                new JobArtifact
                {
                    Name = artifacts.Name,
                    Untracked = artifacts.Untracked,
                    Paths = artifacts.Paths,
                    Exclude = artifacts.Exclude,
                    When = artifacts.When,
                    ExpireIn = artifacts.ExpireIn,
                }
            );
        foreach (var report in artifacts.Reports)
            uploads.Add(Report(report, artifacts.ExpireIn));
        return uploads.DrainToImmutable();
    }

    private static JobArtifact Report(ReportConfig report, string? expireIn) =>
        new()
        {
            Name = FileName(report.Type),
            Paths = report.Paths,
            When = "always",
            ArtifactType = report.Type,
            ArtifactFormat = Format(report.Type),
            ExpireIn = expireIn,
        };

    private static string Format(string type) =>
        type switch
        {
            "lsif" or "scip" => "zip",
            "junit" or "metrics" or "dotenv" or "cobertura" or "jacoco" or "cyclonedx" or "annotations" or "repository_xray" => "gzip",
            _ => "raw",
        };

    private static string FileName(string type) =>
        type switch
        {
            "accessibility" => "gl-accessibility.json",
            "annotations" => "gl-annotations.json",
            "api_fuzzing" => "gl-api-fuzzing-report.json",
            "browser_performance" => "browser-performance.json",
            "cluster_image_scanning" => "gl-cluster-image-scanning-report.json",
            "cobertura" => "cobertura-coverage.xml",
            "codequality" => "gl-code-quality-report.json",
            "container_scanning" => "gl-container-scanning-report.json",
            "coverage_fuzzing" => "gl-coverage-fuzzing.json",
            "cyclonedx" => "gl-sbom.cdx.json",
            "dast" => "gl-dast-report.json",
            "dependency_scanning" => "gl-dependency-scanning-report.json",
            "dotenv" => ".env",
            "jacoco" => "jacoco-coverage.xml",
            "junit" => "junit.xml",
            "license_scanning" => "gl-license-scanning-report.json",
            "load_performance" => "load-performance.json",
            "lsif" => "lsif.json",
            "metrics" => "metrics.txt",
            "performance" => "performance.json",
            "repository_xray" => "gl-repository-xray.json",
            "sarif" => "gl-sarif-report.sarif",
            "sast" => "gl-sast-report.json",
            "scip" => "index.scip",
            "secret_detection" => "gl-secret-detection-report.json",
            "terraform" => "tfplan.json",
            _ => $"{type}.json",
        };
}
