namespace Slipway.Compiler.Rules;

/// <summary>A regular expression as GitLab writes it, <c>/re/flags</c>.</summary>
/// <param name="Source">RE2's text, flags in front; two patterns with one source are equal.</param>
/// <param name="Translated">The same for .NET.</param>
internal sealed record RegexPattern(string Source, Re2Pattern Translated)
{
    /// <summary>
    /// Takes the first line that reads <c>/…/</c> with flags behind; the text between may be empty, and may hold slashes. <see langword="null"/>: no
    /// line does, or what it holds is not RE2.
    /// </summary>
    public static RegexPattern? Parse(string text)
    {
        if (!text.Contains('/'))
            return null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var close = line.LastIndexOf('/');
            if (line.Length < 2 || line[0] != '/' || close < 1 || line[(close + 1)..].ContainsAnyExcept("ismU"))
                continue;
            var flags = line[(close + 1)..].ToString();
            var body = line[1..close].ToString();
            return Re2.Translate(body, flags) is { } translated
                ? new RegexPattern(flags.Length == 0 ? body : $"(?{flags}){body}", translated)
                : null;
        }

        return null;
    }
}
