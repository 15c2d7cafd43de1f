using System.Collections.Immutable;
using System.Text;

namespace Slipway.Compiler.Rules.Expressions;

/// <summary>A condition with the values its variables had in their places, for people who ask why.</summary>
internal static class ValuedCondition
{
    private const int LongestValue = 60;

    /// <returns>The text itself when it is no condition.</returns>
    public static string Of(string text, ImmutableArray<KeyValuePair<string, string?>> values)
    {
        var tokens = new List<ExpressionToken>();
        if (new ExpressionLexer(text).Read(tokens) is not null)
            return text;
        var shown = new StringBuilder(text.Length);
        var done = 0;
        foreach (var token in tokens)
        {
            if (token.Value is not ExpressionNode.Variable variable)
                continue;
            shown.Append(text, done, token.Start - done).Append(Shown(Find(values, variable.Name)));
            done = token.Start + token.Length;
        }

        return shown.Append(text, done, text.Length - done).ToString();
    }

    private static string? Find(ImmutableArray<KeyValuePair<string, string?>> values, string name)
    {
        foreach (var (key, value) in values)
            if (key == name)
                return value;
        return null;
    }

    private static string Shown(string? value)
    {
        if (value is null)
            return "null";
        var quote = value.Contains('"') ? '\'' : '"';
        return $"{quote}{Cut(value).ReplaceLineEndings(" ")}{quote}";
    }

    private static string Cut(string value)
    {
        if (value.Length <= LongestValue)
            return value;
        var end = char.IsHighSurrogate(value[LongestValue - 1]) ? LongestValue - 1 : LongestValue;
        return string.Concat(value.AsSpan(0, end), "…");
    }
}
