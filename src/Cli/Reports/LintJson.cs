using System.Text.Json;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Reports;

/// <summary><c>lint --format json</c>.</summary>
internal static class LintJson
{
    public static void Write(Stream to, Compilation compilation) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteBoolean("valid", compilation.IsValid);
                WriteAll(json, "errors", compilation, Severity.Error);
                WriteAll(json, "warnings", compilation, Severity.Warning);
                json.WriteStartArray("jobs");
                foreach (var job in compilation.Pipeline?.Jobs ?? [])
                    JobJson.Write(json, job);
                json.WriteEndArray();
            }
        );

    private static void WriteAll(Utf8JsonWriter json, string name, Compilation compilation, Severity severity)
    {
        json.WriteStartArray(name);
        foreach (var diagnostic in compilation.Diagnostics)
        {
            if (diagnostic.Severity == severity)
                WriteOne(json, diagnostic);
        }

        json.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        json.WriteStartObject();
        json.WriteString("code", diagnostic.Code);
        json.WriteString("message", diagnostic.Message);
        json.WriteString("file", diagnostic.At?.File);
        json.WriteNumber("line", diagnostic.At?.Line);
        json.WriteNumber("column", diagnostic.At?.Column);
        if ((diagnostic.Help ?? DiagnosticTable.Find(diagnostic.Code)?.Help) is { } help)
            json.WriteString("help", help);
        json.WriteStartArray("trail");
        foreach (var (label, at) in diagnostic.Trail)
        {
            json.WriteStartObject();
            json.WriteString("label", label);
            json.WriteString("file", at.File);
            json.WriteNumber("line", at.Line);
            json.WriteNumber("column", at.Column);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
