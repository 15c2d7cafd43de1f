using Slipway.Compiler.Keywords.Shapes;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>artifacts:reports: the name and the packing of each type's file, as GitLab's server expects them of a runner.</summary>
public sealed class ReportTypeTests
{
    private const string Table = """
        accessibility raw gl-accessibility.json
        annotations gzip gl-annotations.json
        api_fuzzing raw gl-api-fuzzing-report.json
        browser_performance raw browser-performance.json
        cluster_image_scanning raw gl-cluster-image-scanning-report.json
        codequality raw gl-code-quality-report.json
        container_scanning raw gl-container-scanning-report.json
        coverage_fuzzing raw gl-coverage-fuzzing.json
        cyclonedx gzip gl-sbom.cdx.json
        dast raw gl-dast-report.json
        dependency_scanning raw gl-dependency-scanning-report.json
        dotenv gzip .env
        junit gzip junit.xml
        license_management raw license_management.json
        license_scanning raw gl-license-scanning-report.json
        load_performance raw load-performance.json
        lsif zip lsif.json
        metrics gzip metrics.txt
        performance raw performance.json
        repository_xray gzip gl-repository-xray.json
        requirements raw requirements.json
        requirements_v2 raw requirements_v2.json
        sarif raw gl-sarif-report.sarif
        sast raw gl-sast-report.json
        secret_detection raw gl-secret-detection-report.json
        terraform raw tfplan.json
        """;

    [Fact]
    public void Each_type_has_its_file_name_and_its_packing()
    {
        var lines = Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Select(line => line.Split(' ')[0]), ArtifactShapes.FileReports);
        Assert.Equal(lines, lines.Select(line => Upload($"{line.Split(' ')[0]}: r.txt")));
    }

    [Theory]
    [InlineData("coverage_report: {coverage_format: cobertura, path: c.xml}", "cobertura gzip cobertura-coverage.xml")]
    [InlineData("coverage_report: {coverage_format: jacoco, path: c.xml}", "jacoco gzip jacoco-coverage.xml")]
    [InlineData("junit: a.xml, sast: ~, coverage_report: ~", "junit gzip junit.xml")]
    public void Coverage_is_of_its_format_and_nothing_is_no_report(string reports, string upload) => Assert.Equal(upload, Upload(reports));

    private static string Upload(string reports)
    {
        var upload = Assert.Single(Compiling.Job($"job: {{script: x, artifacts: {{reports: {{{reports}}}}}}}", "job").Artifacts);
        return $"{upload.ArtifactType} {upload.ArtifactFormat} {upload.Name}";
    }
}
