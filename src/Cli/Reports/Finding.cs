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
    public static List<Finding> Of(Compilation compilation, string config)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var all = new List<Finding>(compilation.Diagnostics.Length);
        foreach (var diagnostic in compilation.Diagnostics)
        {
            var at = PlaceOf(diagnostic, compilation, config);
            var identity = $"{diagnostic.Code}\0{at.File}\0{WithoutPlace(diagnostic)}";
            var number = seen[identity] = seen.GetValueOrDefault(identity) + 1;
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}\0{number}"));
            all.Add(new Finding(diagnostic, at, Convert.ToHexStringLower(hash.AsSpan(0, 16))));
        }

        return all;
    }

    private static Position PlaceOf(Diagnostic diagnostic, Compilation compilation, string config)
    {
        IEnumerable<Position> places = [.. diagnostic.At is { } own ? [own] : (Position[])[], .. diagnostic.Trail.Select(step => step.At)];
        foreach (var at in places)
        {
            if (!compilation.ExternalTexts.ContainsKey(at.File))
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
