using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

/// <summary>
/// Random conditions against a slow evaluation written from GitLab's rules, not from the evaluator: Ruby's operators over nil, texts and booleans,
/// comparison before &amp;&amp; before ||, ! before all.
/// </summary>
public sealed class ExpressionPropertyTests
{
    private static readonly Dictionary<string, string?> Variables = new()
    {
        ["UNDEF"] = null,
        ["EMPTY"] = "",
        ["BLANK"] = " ",
        ["MAIN"] = "main",
        ["TRUE"] = "true",
        ["FALSE"] = "false",
        ["ZERO"] = "0",
        ["REF"] = "$MAIN",
        ["RE"] = "/^ma/",
        ["ROAD"] = "the main road",
    };

    /// <summary>A condition: its value as Ruby has it (null, a text, a boolean, a pattern), how it is written, and how tightly it binds.</summary>
    private sealed record Written(Func<object?> Value, string Text, int Binds);

    private const int Atom = 4;
    private const int NotLevel = 3;
    private const int Compared = 2;
    private const int Anded = 1;
    private const int Ored = 0;

    [Fact]
    public void Random_conditions_come_out_as_from_the_plain_definition()
    {
        for (var round = 0; round < 4_000; round++)
        {
            var random = new Random(round);
            var condition = Make(random, 4);
            Assert.True(Expression.TryParse(condition.Text, out var expression, out var problem), $"{condition.Text}: {problem}");
            var ours = expression.IsTrue(Variables.GetValueOrDefault, new PatternCache());
            Assert.True(IsPresent(condition.Value()) == ours, $"round {round}: {condition.Text} came to {ours}");
        }
    }

    private static Written Make(Random random, int depth) =>
        (depth == 0 ? 0 : random.Next(7)) switch
        {
            0 or 1 => Leaf(random),
            2 => Not(random, Make(random, depth - 1)),
            3 => Match(random, Make(random, depth - 1)),
            4 => Infix(random, random.Next(2) == 0 ? "==" : "!=", Compared, depth),
            5 => Infix(random, "&&", Anded, depth),
            _ => Infix(random, "||", Ored, depth),
        };

    private static Written Leaf(Random random)
    {
        if (random.Next(3) > 0)
        {
            var name = Variables.Keys.ElementAt(random.Next(Variables.Count));
            return new Written(() => Variables[name], "$" + name, Atom);
        }

        return random.Next(6) switch
        {
            0 => new Written(() => null, "null", Atom),
            1 => new Written(() => true, "true", Atom),
            2 => new Written(() => false, "false", Atom),
            3 => new Written(() => "", "''", Atom),
            4 => new Written(() => "$MAIN", "\"$MAIN\"", Atom),
            _ => new Written(() => "main", "\"main\"", Atom),
        };
    }

    private static Written Not(Random random, Written of) =>
        new(() => !IsPresent(of.Value()), "!" + Space(random) + Inside(random, of, NotLevel), NotLevel);

    /// <summary>The right side is a pattern, or a variable that holds one, or a text to look in.</summary>
    private static Written Match(Random random, Written left)
    {
        var (right, text) = random.Next(5) switch
        {
            0 => ((object?)new Regex("^ma"), "/^ma/"),
            1 => (new Regex("(?i)MAIN$"), "/MAIN$/i"),
            2 => (new Regex("^ma"), "$RE"),
            3 => ("the main road", "$ROAD"),
            _ => (null, "$UNDEF"),
        };
        var wanted = random.Next(2) == 0;
        var sign = wanted ? "=~" : "!~";
        return new Written(
            () => IsFound(left.Value(), right) == wanted,
            $"{Inside(random, left, Compared)}{Space(random)}{sign}{Space(random)}{text}",
            Compared
        );
    }

    private static bool IsFound(object? left, object? right) =>
        right switch
        {
            Regex pattern => pattern.IsMatch(AsText(left)),
            string text => text.Contains(AsText(left), StringComparison.Ordinal),
            _ => false,
        };

    private static Written Infix(Random random, string sign, int level, int depth)
    {
        var left = Make(random, depth - 1);
        var right = Make(random, depth - 1);
        // Left-associative: on the right the same level wants brackets.
        var text = $"{Inside(random, left, level)}{Space(random)}{sign}{Space(random)}{Inside(random, right, level + 1)}";
        return new Written(
            sign switch
            {
                "&&" => () => left.Value() is var value && IsTruthy(value) ? right.Value() : value,
                "||" => () => left.Value() is var value && IsTruthy(value) ? value : right.Value(),
                "==" => () => AreEqual(left.Value(), right.Value()),
                _ => () => !AreEqual(left.Value(), right.Value()),
            },
            text,
            level
        );
    }

    /// <summary>In brackets where it must be, and now and then where it need not.</summary>
    private static string Inside(Random random, Written part, int level) =>
        part.Binds < level || random.Next(6) == 0 ? $"({Space(random)}{part.Text}{Space(random)})" : part.Text;

    private static string Space(Random random) =>
        random.Next(3) switch
        {
            0 => "",
            1 => " ",
            _ => "  ",
        };

    private static bool IsTruthy(object? value) => value is not (null or false);

    private static bool IsPresent(object? value) => value is string text ? !string.IsNullOrWhiteSpace(text) : IsTruthy(value);

    /// <summary>A boolean and a text are compared as texts; nothing equals nil but nil.</summary>
    private static bool AreEqual(object? left, object? right) =>
        left is null || right is null ? left is null && right is null : AsText(left) == AsText(right);

    private static string AsText(object? value) =>
        value switch
        {
            true => "true",
            false => "false",
            null => "",
            _ => (string)value,
        };

    // What a backtracking engine would never end with. Memory is measured, for time depends on who else is at work: the engine that is linear in the
    // text is taken, or the worst case is a million steps.
    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|a)*b")]
    [InlineData("(a|aa)+$")]
    [InlineData("(.*a){12}$")]
    [InlineData("(\\w+\\s?)*!$")]
    [InlineData("^(([a-z])+.)+[A-Z]([a-z])+$")]
    [InlineData("(x+x+)+y")]
    public void An_evil_pattern_costs_little(string pattern)
    {
        foreach (var length in (int[])[20, 2_000])
        {
            var text = new string('a', length) + "!x";
            var translated = Re2.Translate(pattern, "")!;
            Assert.Equal(RegexOptions.NonBacktracking, translated.EngineFor(text.Length));
            Assert.True(Expression.TryParse($"$T =~ /{pattern}/ || $T =~ $P", out var expression, out _));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.False(expression.IsTrue(name => name == "T" ? text : $"/{pattern}/", new PatternCache()));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
        }
    }
}
