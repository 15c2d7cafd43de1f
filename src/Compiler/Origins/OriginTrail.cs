using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Origins;

/// <summary>
/// For a mistake in a template: which jobs brought it in, and where. A mistake is told once, at the place that must be changed; its trail
/// leads on to those who suffer from it.
/// </summary>
internal static class OriginTrail
{
    /// <summary>Beyond these nobody follows a trail.</summary>
    private const int MostSteps = 3;

    /// <summary>Of a file with more mistakes the first ones get a trail; looking for it takes time.</summary>
    private const int MostTrails = 50;

    /// <param name="included">With all files in one and nothing extended or referred to yet.</param>
    public static ImmutableArray<Diagnostic> Add(ImmutableArray<Diagnostic> diagnostics, ConfigMapping included)
    {
        // Warnings come with good files, which shall not wait for this.
        if (!diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error))
            return diagnostics;
        var map = new OriginMap(included);
        return [.. diagnostics.Select((diagnostic, i) => i < MostTrails ? WithTrail(diagnostic, included, map) : diagnostic)];
    }

    private static Diagnostic WithTrail(Diagnostic diagnostic, ConfigMapping included, OriginMap map) =>
        diagnostic with
        {
            Trail = [.. StepsTo(diagnostic, included, map), .. diagnostic.Trail],
        };

    private static IEnumerable<(string Label, Position At)> StepsTo(Diagnostic diagnostic, ConfigMapping included, OriginMap map)
    {
        // A visible job's own mistake has come from nowhere.
        if (diagnostic.At is not { } at || map.OwnerOf(at) is not { } owner || !owner.StartsWith('.'))
            return [];
        var jobs = included.Entries.Where(entry => !entry.Key.StartsWith('.')).ToList();
        var extended = jobs.Where(job => map.AncestorsOf(job.Key).ContainsKey(owner))
            .Select(job => ("extended at", map.AncestorsOf(job.Key)[owner]));
        var used = jobs.Where(job => map.Holds(job.Key, at)).Select(job => ($"used in {job.Key} at", job.At));
        var referred = map.ReferencesTo(owner, at).Select(place => ("referred to at", place));
        return extended.Concat(used).Concat(referred).Take(MostSteps);
    }
}
