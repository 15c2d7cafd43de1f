using System.Globalization;
using System.Text;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Inputs;

/// <summary>The functions a block may use. https://docs.gitlab.com/ci/inputs/#predefined-interpolation-functions</summary>
internal static class InputFunctions
{
    private const string ExpandVars = "expand_vars";
    private const string PosixEscape = "posix_escape";
    private const string Truncate = "truncate";
    private const string Split = "split";

    public static bool IsKnown(string function) =>
        function is ExpandVars or PosixEscape || TruncateArguments(function) is not null || SplitArgument(function) is not null;

    /// <param name="function">A known one, with its arguments.</param>
    public static (ConfigNode? Value, string? Problem) Apply(string function, ConfigNode value, Func<string, Variable?> variables)
    {
        var name =
            function is ExpandVars or PosixEscape ? function
            : function.StartsWith(Split, StringComparison.Ordinal) ? Split
            : Truncate;
        if (value is not ConfigScalar { IsString: true } text)
            return (null, $"error in `{name}` function: invalid input type: {name} can only be used with string inputs");
        return name switch
        {
            ExpandVars => Expand(text, variables),
            PosixEscape => (Text(text, Escape(text.Text)), null),
            Split => SplitAt(text, SplitArgument(function)!),
            _ => (Text(text, Part(text.Text, TruncateArguments(function)!.Value)), null),
        };
    }

    private static ConfigScalar Text(ConfigScalar at, string text) => new(at.At, ScalarKind.String, text);

    /// <summary>Values as they stand; what is unknown stays; a masked value must not get into a configuration that people can read.</summary>
    private static (ConfigNode? Value, string? Problem) Expand(ConfigScalar text, Func<string, Variable?> variables)
    {
        var masked = false;
        var result = VariableExpansion.ExpandExisting(
            text.Text,
            name =>
            {
                var variable = variables(name);
                masked |= variable is { Masked: true };
                return variable?.Value;
            }
        );
        return masked
            ? (null, $"error in `{ExpandVars}` function: variable expansion error: masked variables cannot be expanded")
            : (Text(text, result), null);
    }

    /// <summary><c>truncate(offset,length)</c>.</summary>
    private static (int Offset, int Length)? TruncateArguments(string function)
    {
        if (!function.StartsWith(Truncate + "(", StringComparison.Ordinal))
            return null;
        var arguments = function[(Truncate.Length + 1)..];
        // GitLab takes it without the closing bracket as well.
        var parts = (arguments.EndsWith(')') ? arguments[..^1] : arguments).Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !parts.All(part => part.Length > 0 && PlainScalar.IsDigitsOr(part, "")))
            return null;
        return (Number(parts[0]), Number(parts[1]));
    }

    private static int Number(string digits) => int.TryParse(digits, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;

    /// <summary>Characters are counted as Ruby counts them: one beyond U+FFFF is one.</summary>
    private static string Part(string text, (int Offset, int Length) wanted)
    {
        var result = new StringBuilder();
        var index = 0L;
        foreach (var rune in text.EnumerateRunes())
        {
            if (index >= wanted.Offset && index < (long)wanted.Offset + wanted.Length)
                result.Append(rune);
            index++;
        }
        return result.ToString();
    }

    /// <summary><c>split(',')</c>.</summary>
    private static string? SplitArgument(string function) =>
        function.StartsWith(Split + "('", StringComparison.Ordinal)
        && function.EndsWith("')", StringComparison.Ordinal)
        && function.Length >= Split.Length + 4
        && function[(Split.Length + 2)..^2] is var separator
        && !separator.Contains('\'')
            ? separator
            : null;

    private static (ConfigNode? Value, string? Problem) SplitAt(ConfigScalar text, string separator)
    {
        if (separator.Length == 0)
            return (null, $"error in `{Split}` function: invalid argument: separator cannot be empty");
        var parts = text.Text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (new ConfigSequence(text.At, [.. parts.Select(part => Text(text, part))]), null);
    }

    /// <summary>A backslash before everything a POSIX shell might see something in; line breaks go into quotes.</summary>
    private static string Escape(string text)
    {
        if (text.Length == 0)
            return "''";
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\n')
                result.Append("'\n'");
            else if (char.IsAsciiLetterOrDigit(c) || "_-.,:+/@".Contains(c) || char.IsLowSurrogate(c))
                result.Append(c);
            else
                result.Append('\\').Append(c);
        }
        return result.ToString();
    }
}
