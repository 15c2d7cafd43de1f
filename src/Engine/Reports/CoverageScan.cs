using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;

namespace Slipway.Engine.Reports;

/// <summary>
/// Finds a job's coverage in its log (gitlab-ci-yaml §7.14): the last line whose last match holds a number, and of that the first. Where the pattern
/// has groups the last group stands for the match, as in GitLab, which uses Ruby's <c>scan</c>.
/// </summary>
public static partial class CoverageScan
{
    private const int Piece = 64 * 1024;

    private const int StampLength = 32;

    /// <summary>A longer line is not a summary somebody wrote.</summary>
    private const int LongestLine = 1024 * 1024;

    /// <param name="pattern">RE2, without slashes.</param>
    /// <returns>Percent; <see langword="null"/> when no line matches, or the match holds no number.</returns>
    public static double? Find(Stream log, string pattern)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(pattern);
        if (Re2.Compile(pattern) is not { } regex)
            return null;
        foreach (var line in FromTheEnd(log))
        {
            if (Last(regex, WithoutStamp(line)) is { } match && Number().Match(match) is { Success: true } number)
                return double.Parse(number.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        }

        return null;
    }

    /// <summary>Without the 32 characters (time, stream, kind) that runners put before each line (runner-protocol §10.3).</summary>
    private static string WithoutStamp(string line) =>
        line.Length >= StampLength && line[4] == '-' && line[10] == 'T' && line[26] == 'Z' && line[27] == ' ' ? line[StampLength..] : line;

    private static string? Last(Regex regex, string line)
    {
        Match? last = null;
        for (var match = regex.Match(line); match.Success; match = match.NextMatch())
            last = match;
        return last?.Groups[last.Groups.Count - 1].Value;
    }

    /// <summary>The log's lines, the last one first, read backwards a piece at a time.</summary>
    private static IEnumerable<string> FromTheEnd(Stream log)
    {
        byte[] behind = [];
        for (var position = log.Length; position > 0; )
        {
            var size = (int)Math.Min(Piece, position);
            position -= size;
            var bytes = new byte[size + behind.Length];
            log.Position = position;
            log.ReadExactly(bytes, 0, size);
            behind.CopyTo(bytes, size);
            var end = bytes.Length;
            for (var at = bytes.AsSpan(0, size).LastIndexOf((byte)'\n'); at >= 0; at = bytes.AsSpan(0, at).LastIndexOf((byte)'\n'))
            {
                yield return Encoding.UTF8.GetString(bytes, at + 1, end - at - 1).TrimEnd('\r');
                end = at;
            }

            behind = bytes.AsSpan(0, Math.Min(end, LongestLine)).ToArray();
        }

        yield return Encoding.UTF8.GetString(behind).TrimEnd('\r');
    }

    [GeneratedRegex(@"\d+(?:\.\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
