using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Slipway.Compiler.Rules;

/// <summary>
/// A regular expression asked about paths: what RE2 has, and beside it lookarounds where each only says what else holds of the whole path: ahead
/// right behind a leading <c>\A</c> or <c>^</c>, behind right before a closing <c>\z</c> or <c>$</c>. There each can be asked by itself, so that time
/// stays linear in the path whatever the pattern.
/// </summary>
internal sealed class PathPattern
{
    private readonly ImmutableArray<(Regex Regex, bool IsWanted)> _parts;

    private PathPattern(ImmutableArray<(Regex, bool)> parts) => _parts = parts;

    public bool IsMatch(string path) => _parts.All(part => part.Regex.IsMatch(path) == part.IsWanted);

    /// <returns><see langword="null"/> when the pattern is not valid, or takes an engine that backtracks.</returns>
    public static PathPattern? Compile(string pattern)
    {
        if (Re2.Compile(pattern) is { } plain)
            return new PathPattern([(plain, true)]);
        var flags = pattern.StartsWith("(?i)", StringComparison.Ordinal) ? "(?i)" : "";
        if (Pieces(pattern[flags.Length..]) is not { } pieces)
            return null;
        var ahead = pieces is [@"\A" or "^", ..] ? pieces.Skip(1).TakeWhile(IsAhead).ToArray() : [];
        var afterwards = pieces.Skip(1 + ahead.Length).FirstOrDefault("");
        var behind = pieces is [.., @"\z" or "$"] ? pieces.SkipLast(1).Reverse().TakeWhile(IsBehind).ToArray() : [];
        // A quantifier may let a lookaround hold no times at all.
        if ((ahead.Length == 0 && behind.Length == 0) || afterwards is "*" or "+" or "?" or "{")
            return null;
        var rest = new List<string>(pieces);
        rest.RemoveRange(pieces.Count - 1 - behind.Length, behind.Length);
        rest.RemoveRange(1, ahead.Length);
        IEnumerable<(string Pattern, bool IsWanted)> asked =
        [
            .. ahead.Select(group => ($@"\A(?:{group[3..^1]})", group[2] == '=')),
            .. behind.Select(group => ($@"(?:{group[4..^1]})\z", group[3] == '=')),
            (string.Concat(rest), true),
        ];
        var parts = ImmutableArray.CreateBuilder<(Regex, bool)>();
        foreach (var (text, isWanted) in asked)
        {
            if (Re2.Compile(flags + text) is not { } regex)
                return null;
            parts.Add((regex, isWanted));
        }

        return new PathPattern(parts.ToImmutable());
    }

    private static bool IsAhead(string piece) =>
        piece.StartsWith("(?=", StringComparison.Ordinal) || piece.StartsWith("(?!", StringComparison.Ordinal);

    private static bool IsBehind(string piece) =>
        piece.StartsWith("(?<=", StringComparison.Ordinal) || piece.StartsWith("(?<!", StringComparison.Ordinal);

    /// <summary>The pattern cut at its top level: groups, classes and escapes whole, all else by character.</summary>
    /// <returns><see langword="null"/> when there are alternatives at the top level, which anchors and lookarounds then do not bind, or brackets do not match.</returns>
    private static List<string>? Pieces(string pattern)
    {
        var pieces = new List<string>();
        for (var at = 0; at < pattern.Length; )
        {
            var end = End(pattern, at);
            if (end < 0 || pattern[at] == '|')
                return null;
            pieces.Add(pattern[at..end]);
            at = end;
        }

        return pieces;
    }

    /// <returns>Behind the piece that begins at <paramref name="at"/>; -1 when it does not end.</returns>
    private static int End(string pattern, int at)
    {
        switch (pattern[at])
        {
            case '\\':
                return at + 2 <= pattern.Length ? at + 2 : -1;
            case '[':
                return ClassEnd(pattern, at);
            case '(':
                var depth = 0;
                while (at >= 0 && at < pattern.Length)
                {
                    depth += pattern[at] switch
                    {
                        '(' => 1,
                        ')' => -1,
                        _ => 0,
                    };
                    at = pattern[at] is '(' or ')' ? at + 1 : End(pattern, at);
                    if (depth == 0)
                        return at;
                }

                return -1;
            default:
                return at + 1;
        }
    }

    private static int ClassEnd(string pattern, int at)
    {
        at++;
        if (at < pattern.Length && pattern[at] == '^')
            at++;
        for (var isFirst = true; at < pattern.Length; isFirst = false)
        {
            if (pattern[at] == ']' && !isFirst)
                return at + 1;
            var named = pattern.AsSpan(at).StartsWith("[:") ? pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) : -1;
            at =
                named >= 0 ? named + 2
                : pattern[at] == '\\' ? at + 2
                : at + 1;
        }

        return -1;
    }
}
