using System.Text.Json;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Reports;

/// <summary><c>lint --format sarif</c>: SARIF 2.1.0 (OASIS), one run, its rules from the table of diagnostics.</summary>
internal static class SarifReport
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /// <param name="config">The root file.</param>
    public static void Write(Stream to, Compilation compilation, string config)
    {
        var findings = Finding.Of(compilation, config);
        string[] codes =
        [
            .. findings.Select(finding => finding.Diagnostic.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        JsonText.Write(
            to,
            json =>
            {
                json.WriteString("$schema", Schema);
                json.WriteString("version", "2.1.0");
                json.WriteStartArray("runs");
                json.WriteStartObject();
                Tool(json, codes);
                json.WriteString("columnKind", "utf16CodeUnits");
                json.WriteStartArray("results");
                foreach (var finding in findings)
                    Result(
                        json,
                        finding,
                        Array.IndexOf(codes, finding.Diagnostic.Code),
                        file => !compilation.ExternalTexts.ContainsKey(file)
                    );
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteEndArray();
            }
        );
    }

    private static void Tool(Utf8JsonWriter json, string[] codes)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "slipway");
        json.WriteString("semanticVersion", SlipwayVersion.Text);
        json.WriteStartArray("rules");
        foreach (var code in codes)
            Rule(json, code);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter json, string code)
    {
        json.WriteStartObject();
        json.WriteString("id", code);
        if (DiagnosticTable.Find(code) is { } entry)
        {
            Text(json, "shortDescription", entry.Meaning);
            Text(json, "help", entry.Help);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", CodeExplanation.Word(entry.Severity));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, Finding finding, int rule, Func<string, bool> isInProject)
    {
        var diagnostic = finding.Diagnostic;
        json.WriteStartObject();
        json.WriteString("ruleId", diagnostic.Code);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", CodeExplanation.Word(diagnostic.Severity));
        Text(json, "message", diagnostic.Help is { } help ? $"{diagnostic.Message} ({help})" : diagnostic.Message);
        json.WriteStartArray("locations");
        Location(json, finding.At, isInProject);
        json.WriteEndArray();
        if (!diagnostic.Trail.IsEmpty)
            Related(json, diagnostic, isInProject);
        json.WriteStartObject("partialFingerprints");
        json.WriteString("slipway/v1", finding.Fingerprint);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Related(Utf8JsonWriter json, Diagnostic diagnostic, Func<string, bool> isInProject)
    {
        json.WriteStartArray("relatedLocations");
        for (var i = 0; i < diagnostic.Trail.Length; i++)
            Location(json, diagnostic.Trail[i].At, isInProject, i, diagnostic.Trail[i].Label);
        json.WriteEndArray();
    }

    private static void Location(Utf8JsonWriter json, Position at, Func<string, bool> isInProject, int? id = null, string? label = null)
    {
        json.WriteStartObject();
        if (id is { } number)
            json.WriteNumber("id", number);
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri(at.File));
        if (isInProject(at.File))
            json.WriteString("uriBaseId", "%SRCROOT%");
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", at.Line);
        json.WriteNumber("startColumn", at.Column);
        json.WriteEndObject();
        json.WriteEndObject();
        if (label is not null)
            Text(json, "message", label);
        json.WriteEndObject();
    }

    /// <summary>A path with what an RFC 3986 reference may not hold written as <c>%20</c>; a URL as it is.</summary>
    private static string Uri(string file) =>
        file.Contains("://", StringComparison.Ordinal) ? file : string.Join('/', file.Split('/').Select(System.Uri.EscapeDataString));

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
