using System.Security.Cryptography;
using System.Text;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary>A diagnostic as other programs keep it.</summary>
/// <param name="At">A place in a file of the project: the mistake's own, or, when that is in a file from elsewhere, where the file is included.</param>
/// <param name="Fingerprint">32 hexadecimal digits; the same for the same mistake after lines above it have come or gone, and unique in its report.</param>
internal sealed record Finding(Diagnostic Diagnostic, Position At, string Fingerprint)
{
    /// <param name="config">The root file: the place of what has none.</param>
    public static List<Finding> Of(IReadOnlyList<Diagnostic> diagnostics, string config)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var all = new List<Finding>(diagnostics.Count);
        foreach (var diagnostic in diagnostics)
        {
            var at = PlaceOf(diagnostic, config);
            var identity = $"{diagnostic.Code}\0{at.File}\0{WithoutPlace(diagnostic)}";
            var number = seen[identity] = seen.GetValueOrDefault(identity) + 1;
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}\0{number}"));
            all.Add(new Finding(diagnostic, at, Convert.ToHexStringLower(hash.AsSpan(0, 16))));
        }

        return all;
    }

    /// <summary>Whether a position's file lies in the project, and not on the web or in another one.</summary>
    public static bool IsInProject(string file) =>
        file.Length > 0
        && !file.StartsWith("template:", StringComparison.Ordinal)
        && !file.Contains("://", StringComparison.Ordinal)
        && !file.Contains('@')
        && !Path.IsPathRooted(file);

    private static Position PlaceOf(Diagnostic diagnostic, string config)
    {
        if (diagnostic.At is { } own && IsInProject(own.File))
            return own;
        foreach (var (_, at) in diagnostic.Trail)
        {
            if (IsInProject(at.File))
                return at;
        }

        return new Position(config, 1, 1);
    }

    /// <summary>The YAML parser's sentences end in a place.</summary>
    private static string WithoutPlace(Diagnostic diagnostic)
    {
        var end = diagnostic.Message.LastIndexOf(" at line ", StringComparison.Ordinal);
        return diagnostic.Code == DiagnosticCode.YamlSyntax && end > 0 ? diagnostic.Message[..end] : diagnostic.Message;
    }
}
