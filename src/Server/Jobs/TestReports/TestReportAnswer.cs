using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Engine.Reports;
using Slipway.Server.Blobs;

namespace Slipway.Server.Jobs.TestReports;

/// <summary>
/// A pipeline's test report with all its cases, read out of the artifacts as it is written: no more than a piece of it is ever held.
/// https://docs.gitlab.com/api/pipelines/#get-a-test-report-for-a-pipeline
/// </summary>
internal sealed class TestReportAnswer(IReadOnlyList<TestSuite> suites, IBlobStore blobs) : IResult
{
    private const int CasesAtOnce = 100;

    // Of all suites together: a pipeline may have thousands of jobs.
    private int _left = JUnitReport.MostCases;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "application/json; charset=utf-8";
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        await using var json = new Utf8JsonWriter(response.BodyWriter, options);
        json.WriteStartObject();
        Counts(json, suites.Aggregate(TestCounts.None, (sum, suite) => sum + suite.Counts));
        json.WriteStartArray("test_suites");
        foreach (var suite in suites)
        {
            json.WriteStartObject();
            json.WriteString("name", suite.Name);
            Counts(json, suite.Counts);
            json.WriteString("suite_error", suite.Counts.SuiteError);
            json.WriteStartArray("test_cases");
            foreach (var part in suite.Parts)
                await CasesAsync(json, response, part, ct);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Counts(Utf8JsonWriter json, TestCounts counts)
    {
        json.WriteNumber("total_time", counts.Seconds);
        json.WriteNumber("total_count", counts.Total);
        json.WriteNumber("success_count", counts.Success);
        json.WriteNumber("failed_count", counts.Failed);
        json.WriteNumber("skipped_count", counts.Skipped);
        json.WriteNumber("error_count", counts.Errors);
    }

    private async Task CasesAsync(Utf8JsonWriter json, HttpResponse response, TestSuite.Part part, CancellationToken ct)
    {
        if (!BlobDigest.TryParse(part.Blob, out var digest))
            return;
        await using var gzip = await blobs.OpenAsync(digest, null, ct);
        if (gzip is null)
            return;
        using var report = new JUnitReport(gzip);
        var seen = new SeenTests();
        while (_left > 0 && report.Next() is { } test)
        {
            if (!seen.Add(test))
                continue;
            Case(json, test);
            if (--_left % CasesAtOnce != 0)
                continue;
            await json.FlushAsync(ct);
            await response.BodyWriter.FlushAsync(ct);
        }
    }

    private static void Case(Utf8JsonWriter json, JUnitReport.Case test)
    {
        json.WriteStartObject();
        json.WriteString("status", StatusOf(test.Verdict));
        json.WriteString("name", test.Name.Length > 0 ? test.Name : "(No name)");
        json.WriteString("classname", test.ClassName);
        json.WriteString("file", test.File);
        json.WriteNumber("execution_time", test.Seconds);
        json.WriteString("system_output", test.Output ?? test.Message);
        json.WriteNull("stack_trace");
        json.WriteNull("recent_failures");
        json.WriteEndObject();
    }

    private static string StatusOf(JUnitReport.Verdict verdict) =>
        verdict switch
        {
            JUnitReport.Verdict.Failure => "failed",
            JUnitReport.Verdict.Error => "error",
            JUnitReport.Verdict.Skipped => "skipped",
            _ => "success",
        };
}
