using System.Text.Json;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Reports;

/// <summary>
/// <c>lint --format codequality</c>: what <c>artifacts:reports:codequality</c> takes, so that mistakes stand beside their lines in a merge
/// request. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
/// </summary>
internal static class CodeQualityReport
{
    /// <param name="config">The root file.</param>
    public static void Write(Stream to, Compilation compilation, string config) =>
        JsonText.WriteList(
            to,
            json =>
            {
                foreach (var finding in Finding.Of(compilation, config))
                    WriteOne(json, finding);
            }
        );

    private static void WriteOne(Utf8JsonWriter json, Finding finding)
    {
        var diagnostic = finding.Diagnostic;
        json.WriteStartObject();
        json.WriteString("description", Description(diagnostic));
        json.WriteString("check_name", diagnostic.Code);
        json.WriteString("fingerprint", finding.Fingerprint);
        // With an error there is no pipeline at all.
        json.WriteString("severity", diagnostic.Severity == Severity.Error ? "blocker" : "minor");
        json.WriteStartObject("location");
        json.WriteString("path", finding.At.File);
        json.WriteStartObject("lines");
        json.WriteNumber("begin", finding.At.Line);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Description(Diagnostic diagnostic) =>
        (diagnostic.Help ?? DiagnosticTable.Find(diagnostic.Code)?.Help) is { } help
            ? $"{diagnostic.Message} ({help})"
            : diagnostic.Message;
}
