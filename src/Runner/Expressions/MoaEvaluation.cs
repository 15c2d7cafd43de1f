using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Slipway.Runner.Expressions;

/// <summary>What an expression comes to.</summary>
/// <param name="names">What stands at the beginning of a path: <c>job</c>, <c>vars</c> …</param>
internal sealed class MoaEvaluation(IReadOnlyDictionary<string, MoaValue> names)
{
    /// <summary>A value can be named often; a text grows no longer than this many characters.</summary>
    private const int LongestText = 4 * 1024 * 1024;

    /// <summary>Puts values in place of all expressions in a text.</summary>
    /// <exception cref="MoaException">One of them is wrong.</exception>
    public string Expand(string text) => MoaText.Read(text) is { } template ? Of(template).Shown : text;

    private MoaValue Of(MoaNode node) =>
        node switch
        {
            MoaNode.Literal(var value) => value,
            MoaNode.Template([]) => new MoaValue.Text(""),
            MoaNode.Template([var only]) => Of(only),
            MoaNode.Template(var parts) => new MoaValue.Text(Joined(parts)),
            MoaNode.Name(var name) => names.GetValueOrDefault(name) ?? throw new MoaException($"{name} is not known here"),
            MoaNode.Member(var of, var key) => Member(Of(of), Of(key)),
            MoaNode.Call(var function, var arguments) => Call(function, arguments),
            MoaNode.Unary(var sign, var operand) => Unary(sign, Of(operand)),
            MoaNode.Binary("||", var left, var right) => Of(left) is { IsTruthy: true } kept ? kept : Of(right),
            MoaNode.Binary("&&", var left, var right) => Of(left) is { IsTruthy: false } kept ? kept : Of(right),
            MoaNode.Binary(var word, var left, var right) => Binary(word, Of(left), Of(right)),
            MoaNode.ListOf(var items) => new MoaValue.List([.. items.Select(Of)]),
            MoaNode.MapOf(var entries) => MoaValue.Map.Of(
                entries.Select(entry => KeyValuePair.Create(Key(Of(entry.Key)), Of(entry.Value)))
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

    private string Joined(ImmutableArray<MoaNode> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(Of(part).Shown);
            if (text.Length > LongestText)
                throw new MoaException("the text becomes too long");
        }

        return text.ToString();
    }

    private static string Key(MoaValue key) =>
        key is MoaValue.Text(var text) ? text : throw new MoaException($"a key must be a string, and this is {Article(key)}");

    private static string Article(MoaValue value) =>
        value switch
        {
            MoaValue.Null => "null",
            MoaValue.List or MoaValue.Map => $"an {value.Kind}",
            _ => $"a {value.Kind}",
        };

    private static MoaValue Member(MoaValue of, MoaValue key) =>
        (of, key) switch
        {
            (MoaValue.Map(var entries), MoaValue.Text(var name)) => entries.GetValueOrDefault(name)
                ?? throw new MoaException($"there is no \"{name}\" among {Known(entries.Keys)}"),
            (MoaValue.List(var items), MoaValue.Number(var index)) => double.IsInteger(index) && index >= 0 && index < items.Length
                ? items[(int)index]
                : throw new MoaException($"there is no item {key.Shown} in an array of {items.Length}"),
            _ => throw new MoaException($"{Article(of)} has no {key.Shown}"),
        };

    private static string Known(IEnumerable<string> keys)
    {
        var some = string.Join(", ", keys.Take(10));
        return some.Length > 0 ? some : "nothing";
    }

    private MoaValue Call(string function, ImmutableArray<MoaNode> arguments)
    {
        if (function is not ("str" or "num" or "bool"))
            throw new MoaException($"there is no function {function}");
        if (arguments.Length != 1)
            throw new MoaException($"{function} takes one argument, and here are {arguments.Length}");
        var value = Of(arguments[0]);
        return function switch
        {
            "str" => new MoaValue.Text(value.Shown),
            "bool" => new MoaValue.Boolean(value.IsTruthy),
            _ when value is MoaValue.Number => value,
            _ when value is MoaValue.Text(var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) =>
                new MoaValue.Number(n),
            _ => throw new MoaException($"num cannot make a number of {Article(value)}"),
        };
    }

    private static MoaValue Unary(char sign, MoaValue operand) =>
        (sign, operand) switch
        {
            ('!', _) => new MoaValue.Boolean(!operand.IsTruthy),
            ('-', MoaValue.Number(var number)) => new MoaValue.Number(-number),
            ('+', MoaValue.Number) => operand,
            _ => throw new MoaException($"{sign} wants a number, and this is {Article(operand)}"),
        };

    private static MoaValue Binary(string word, MoaValue left, MoaValue right) =>
        word switch
        {
            "==" => new MoaValue.Boolean(MoaValue.Compare(left, right) == 0),
            "!=" => new MoaValue.Boolean(MoaValue.Compare(left, right) != 0),
            "<" => new MoaValue.Boolean(MoaValue.Compare(left, right) < 0),
            "<=" => new MoaValue.Boolean(MoaValue.Compare(left, right) <= 0),
            ">" => new MoaValue.Boolean(MoaValue.Compare(left, right) > 0),
            ">=" => new MoaValue.Boolean(MoaValue.Compare(left, right) >= 0),
            "+" when left is MoaValue.Text(var a) && right is MoaValue.Text(var b) => a.Length + b.Length <= LongestText
                ? new MoaValue.Text(a + b)
                : throw new MoaException("the text becomes too long"),
            _ when left is MoaValue.Number(var a) && right is MoaValue.Number(var b) => new MoaValue.Number(Arithmetic(word, a, b)),
            _ => throw new MoaException($"{word} cannot be used with {Article(left)} and {Article(right)}"),
        };

    private static double Arithmetic(string word, double left, double right) =>
        (word, right) switch
        {
            ("+", _) => left + right,
            ("-", _) => left - right,
            ("*", _) => left * right,
            (_, 0) => throw new MoaException("division by zero"),
            ("/", _) => left / right,
            _ => left % right,
        };
}
