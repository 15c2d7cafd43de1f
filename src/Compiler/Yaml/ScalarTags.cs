using System.Globalization;
using System.Text;
using Slipway.Compiler.Yaml.Scanning;

namespace Slipway.Compiler.Yaml;

/// <summary>Tags on scalars: the few that say a type, those that name a Ruby class and are refused; all others are passed over.</summary>
internal static class ScalarTags
{
    public const string Reference = "!reference";
    public const string Text = "tag:yaml.org,2002:str";

    public const string ReferenceHelp = "Write !reference [job, keyword]: a list of names.";

    /// <param name="report">Takes code, message, place and help of what is wrong.</param>
    public static ConfigScalar Read(Token token, string? tag, Position at, Action<string, string, Position, string?> report)
    {
        var value = token.Text;
        if (tag is null)
            return token.Kind == TokenKind.PlainScalar ? Typed(value, at, report) : String(value, at);
        if (tag == Reference)
        {
            report(
                DiagnosticCode.InvalidReference,
                $"!reference {(value.Length == 0 ? "[]" : RubyText.Inspect(value))} is not valid",
                at,
                ReferenceHelp
            );
            return String(value, at);
        }
        if (tag is Text or "!str" or "!ruby/string")
            return String(value, at);
        if (tag is "!binary" or "tag:yaml.org,2002:binary")
            return String(Binary(value), at);
        if (tag is "!float" or "tag:yaml.org,2002:float")
            return Float(value, at, report);
        if (ForbiddenClass(tag, value) is { } forbidden)
        {
            report(DiagnosticCode.UnspecifiedClass, CollectionTags.Refusal(forbidden), at, null);
            return String(value, at);
        }
        return Typed(value, at, report);
    }

    private static ConfigScalar String(string text, Position at) => new(at, ScalarKind.String, text);

    private static ConfigScalar Typed(string text, Position at, Action<string, string, Position, string?> report)
    {
        var typed = PlainScalar.Read(text);
        if (typed.ForbiddenClass is { } forbidden)
            report(
                DiagnosticCode.UnspecifiedClass,
                CollectionTags.Refusal(forbidden),
                at,
                $"Put it in quotes: \"{text}\" reads as a {forbidden.ToLowerInvariant()}."
            );
        return new ConfigScalar(at, typed.Kind, typed.Text);
    }

    private static ConfigScalar Float(string text, Position at, Action<string, string, Position, string?> report)
    {
        var typed = PlainScalar.Read(text);
        if (typed.Kind is ScalarKind.Float)
            return new ConfigScalar(at, ScalarKind.Float, typed.Text);
        if (
            typed.Kind is ScalarKind.Integer or ScalarKind.String
            && double.TryParse(typed.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        )
            return new ConfigScalar(at, ScalarKind.Float, RubyText.FromDouble(value));
        report(DiagnosticCode.UnusableValue, $"invalid value for Float(): {RubyText.Inspect(text)}", at, null);
        return String(text, at);
    }

    /// <summary>Base64 as Ruby's <c>unpack("m")</c> takes it: what is no base64 character is passed over.</summary>
    private static string Binary(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c == '=')
                break;
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/')
                kept.Append(c);
        }
        if (kept.Length % 4 == 1)
            kept.Length--;
        kept.Append('=', (4 - kept.Length % 4) % 4);
        return Encoding.UTF8.GetString(Convert.FromBase64String(kept.ToString()));
    }

    private static string? ForbiddenClass(string tag, string value) =>
        tag switch
        {
            "!ruby/object:BigDecimal" => "BigDecimal",
            "!ruby/object:DateTime" => "DateTime",
            "!ruby/object:Complex" => "Complex",
            "!ruby/object:Rational" => "Rational",
            "!ruby/class" or "!ruby/module" => value,
            "!ruby/regexp" => "Regexp",
            "!ruby/range" => "Range",
            _ when tag.StartsWith("!str:", StringComparison.Ordinal) => tag[5..],
            _ when tag.StartsWith("!ruby/string:", StringComparison.Ordinal) => tag[13..],
            _ => null,
        };
}
