using System.Globalization;
using System.Text;

namespace Slipway.Runner.Config;

/// <summary>Values as TOML writes them.</summary>
internal static class TomlText
{
    /// <param name="value">A string, a whole number, a truth value, a point in time, or a list of strings.</param>
    public static string Of(object value) =>
        value switch
        {
            string text => Quoted(text),
            bool flag => flag ? "true" : "false",
            DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quoted))}]",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new ArgumentException($"{value.GetType()} is no value of TOML", nameof(value)),
        };

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\u007f' => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }
}
