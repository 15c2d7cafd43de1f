using System.Collections.Immutable;
using System.Globalization;

namespace Slipway.Runner.Expressions;

/// <summary>Reads one expression from a text, and stops behind it.</summary>
internal sealed class MoaParser(MoaText text)
{
    /// <summary>From the loosest to the tightest; within a row the longer word first.</summary>
    private static readonly string[][] s_levels =
    [
        ["||"],
        ["&&"],
        ["==", "!=", "<=", ">=", "<", ">"],
        ["+", "-"],
        ["*", "/", "%"],
    ];

    private static readonly HashSet<string> s_reserved =
    [
        .. (
            "array as break case const continue default else fallthrough float for func function goto if import in int let loop map namespace "
            + "number object package range return string struct switch type var void while"
        ).Split(' '),
    ];

    public MoaNode Expression() => Binary(0);

    private MoaNode Binary(int level)
    {
        if (level == s_levels.Length)
            return Unary();
        if (level == 0)
            text.Enter();
        var left = Binary(level + 1);
        while (text.TakeAny(s_levels[level]) is { } word)
            left = new MoaNode.Binary(word, left, Binary(level + 1));
        if (level == 0)
            text.Leave();
        return left;
    }

    private MoaNode Unary()
    {
        if (text.TakeAny(["!", "-", "+"]) is not { } word)
            return Postfix(Primary());
        text.Enter();
        var node = new MoaNode.Unary(word[0], Unary());
        text.Leave();
        return node;
    }

    private MoaNode Postfix(MoaNode node)
    {
        while (true)
        {
            if (text.Take('.'))
                node = new MoaNode.Member(
                    node,
                    new MoaNode.Literal(new MoaValue.Text(text.Word() ?? throw text.Wrong("a name is missing")))
                );
            else if (text.Take('['))
                node = new MoaNode.Member(node, Until(']'));
            else
                return node;
        }
    }

    private MoaNode Until(char end)
    {
        var node = Expression();
        text.Expect(end);
        return node;
    }

    private MoaNode Primary()
    {
        if (text.Take('('))
            return Until(')');
        if (text.Take('['))
            return new MoaNode.ListOf(Several(']', Expression));
        if (text.Take('{'))
            return new MoaNode.MapOf(Several('}', Entry));
        if (text.Take('\''))
            return new MoaNode.Literal(new MoaValue.Text(text.RawString()));
        if (text.Take('"'))
            return text.String();
        if (text.Number() is { } digits)
            return double.TryParse(digits, CultureInfo.InvariantCulture, out var number)
                ? new MoaNode.Literal(new MoaValue.Number(number))
                : throw text.Wrong($"{digits} is no number");
        return text.Word() is { } word ? Named(word) : throw text.Wrong("an expression is missing");
    }

    private MoaNode Named(string word)
    {
        if (s_reserved.Contains(word))
            throw text.Wrong($"{word} is a reserved word");
        return word switch
        {
            "null" => new MoaNode.Literal(MoaValue.Null.Value),
            "true" or "false" => new MoaNode.Literal(new MoaValue.Boolean(word == "true")),
            _ when text.Take('(') => new MoaNode.Call(word, Several(')', Expression)),
            _ => new MoaNode.Name(word),
        };
    }

    /// <summary>A bare word is the key itself; in brackets stands an expression for one.</summary>
    private (MoaNode Key, MoaNode Value) Entry()
    {
        var key = text.Word() is { } word ? new MoaNode.Literal(new MoaValue.Text(word)) : Primary();
        text.Expect(':');
        return (key, Expression());
    }

    private ImmutableArray<T> Several<T>(char end, Func<T> one)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        while (!text.Take(end))
        {
            items.Add(one());
            if (text.Take(','))
                continue;
            text.Expect(end);
            break;
        }

        return items.DrainToImmutable();
    }
}
