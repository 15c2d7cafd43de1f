using System.Collections.Immutable;

namespace Slipway.Compiler;

/// <summary>A place in the user's files. Line and column count from 1, as editors show them.</summary>
/// <param name="File">
/// Path below the project's root with forward slashes, <c>.gitlab-ci.yml</c>; for other projects' files <c>group/project@ref:path</c>, without the ref
/// when none is named; for remote files the URL; for templates <c>template:</c> and the name.
/// </param>
public readonly record struct Position(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";
}

public enum Severity
{
    Warning,
    Error,
}

/// <summary>Something to tell the user about their configuration. Never thrown: errors of the user are values.</summary>
/// <param name="Code">Stable, <c>CI0142</c>; the table is <see cref="DiagnosticCode"/>.</param>
/// <param name="Message">GitLab's own words for this mistake, without the prefix its pages add.</param>
/// <param name="At">The offending node; <see langword="null"/> only when the mistake has no place (an empty pipeline, say).</param>
public sealed record Diagnostic(string Code, Severity Severity, string Message, Position? At)
{
    /// <summary>Our own line: what to do next, or "did you mean"; <see langword="null"/> when GitLab's words say it all.</summary>
    public string? Help { get; init; }

    /// <summary>How the node came here: <c>defined in</c>, <c>extended at</c>, <c>included from</c>.</summary>
    public ImmutableArray<(string Label, Position At)> Trail { get; init; } = [];
}

/// <summary>Gathers diagnostics while a configuration is read, so that all mistakes are told in one pass.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>Beyond this many a file is not a configuration with mistakes but something else.</summary>
    public const int Limit = 500;

    public const string IncludedFrom = "included from";

    /// <summary>A trail is no longer; files may include each other in a circle.</summary>
    private const int MostSteps = 10;

    private readonly List<Diagnostic> _all = [];
    private readonly Dictionary<string, Position> _includedAt = new(StringComparer.Ordinal);

    public bool HasErrors => ErrorCount > 0;

    /// <summary>Errors so far, those beyond <see cref="Limit"/> included: a step that adds some has failed.</summary>
    public int ErrorCount { get; private set; }
    public int Count => _all.Count;

    /// <summary>Whatever comes now is not told any more, so looking for it can end.</summary>
    public bool IsFull => _all.Count == Limit;

    public void Error(string code, string message, Position? at, string? help = null) =>
        Add(new Diagnostic(code, Severity.Error, message, at) { Help = help });

    public void Warning(string code, string message, Position? at, string? help = null) =>
        Add(new Diagnostic(code, Severity.Warning, message, at) { Help = help });

    public void Add(Diagnostic diagnostic)
    {
        ErrorCount += diagnostic.Severity == Severity.Error ? 1 : 0;
        if (_all.Count < Limit)
            _all.Add(diagnostic);
    }

    /// <summary>Notes that a file is read because of an include: mistakes in it then have that in their trail.</summary>
    public void Included(string file, Position at) => _includedAt.TryAdd(file, at);

    public ImmutableArray<Diagnostic> ToImmutable() => _includedAt.Count == 0 ? [.. _all] : [.. _all.Select(WithIncludes)];

    private Diagnostic WithIncludes(Diagnostic diagnostic)
    {
        if (diagnostic.At is not { } at)
            return diagnostic;
        var trail = diagnostic.Trail.ToBuilder();
        var file = diagnostic.Trail is [.., (IncludedFrom, var last)] ? last.File : at.File;
        while (trail.Count < MostSteps && _includedAt.TryGetValue(file, out var from))
        {
            trail.Add((IncludedFrom, from));
            file = from.File;
        }
        return diagnostic with { Trail = trail.ToImmutable() };
    }
}

/// <summary>
/// Stable codes of diagnostics, one constant each, in bands: 00xx YAML text, 01xx structure and keywords, 02xx include, extends and
/// references, 03xx jobs against each other (stages, needs), 04xx rules and expressions, 05xx variables, 06xx pipeline creation,
/// and 09xx, what was not supported once. A code is never given a second meaning.
/// </summary>
public static partial class DiagnosticCode;
