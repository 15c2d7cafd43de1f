using System.Text.RegularExpressions;

namespace Slipway.Compiler.Rules;

/// <summary>
/// The regular expressions of one compilation, each built once. Not kept longer: the engine's tables grow with what they are shown, and what they
/// are shown is the user's. Not for several threads.
/// </summary>
internal sealed class PatternCache
{
    private readonly Dictionary<(string Text, RegexOptions Engine), Regex?> _built = [];
    private readonly Dictionary<string, RegexPattern?> _parsed = new(StringComparer.Ordinal);

    /// <summary>Whether the pattern is found anywhere in the text.</summary>
    public bool IsMatch(RegexPattern pattern, string text)
    {
        var key = (pattern.Translated.Text, Engine: pattern.Translated.EngineFor(text.Length));
        if (!_built.TryGetValue(key, out var regex))
            _built[key] = regex = pattern.Translated.Build(key.Engine);
        return regex?.IsMatch(text) ?? false;
    }

    /// <summary><see cref="RegexPattern.Parse"/>, remembered: the value of a variable is often asked about by every job.</summary>
    public RegexPattern? Parse(string text)
    {
        if (!_parsed.TryGetValue(text, out var pattern))
            _parsed[text] = pattern = RegexPattern.Parse(text);
        return pattern;
    }
}
