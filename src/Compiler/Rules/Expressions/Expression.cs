using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using static Slipway.Compiler.Rules.Expressions.ExpressionValue;

namespace Slipway.Compiler.Rules.Expressions;

/// <summary>
/// A condition: <c>rules:if</c>, <c>only:variables</c>, <c>spec:inputs:rules:if</c> (gitlab-ci-yaml §8.4, §8.5). Every syntax error is
/// <c>invalid expression syntax</c> to the user.
/// </summary>
internal sealed class Expression
{
    public const string SyntaxError = "invalid expression syntax";

    /// <summary>Longer texts are parsed each time, and a full memory is emptied: neither may be filled up from outside.</summary>
    private const int RememberedLength = 1024;
    private const int RememberedCount = 4096;

    private static readonly ConcurrentDictionary<string, Parsed> Remembered = new(StringComparer.Ordinal);

    private readonly ExpressionNode _root;

    private Expression(string text, ExpressionNode root, ImmutableArray<string> variables)
    {
        Text = text;
        _root = root;
        Variables = variables;
    }

    private sealed record Parsed(Expression? Expression, string? Problem);

    public string Text { get; }

    /// <summary>The variables it names, each once, in the order they appear.</summary>
    public ImmutableArray<string> Variables { get; }

    /// <param name="problem">What is wrong, in GitLab's internal words: for a help line.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Expression? expression, [NotNullWhen(false)] out string? problem)
    {
        if (!Remembered.TryGetValue(text, out var parsed))
        {
            parsed = Parse(text);
            if (text.Length <= RememberedLength)
            {
                if (Remembered.Count >= RememberedCount)
                    Remembered.Clear();
                Remembered[text] = parsed;
            }
        }

        expression = parsed.Expression;
        problem = parsed.Problem ?? SyntaxError;
        return expression is not null;
    }

    private static Parsed Parse(string text)
    {
        var tokens = new List<ExpressionToken>();
        ExpressionNode? root = null;
        var problem = new ExpressionLexer(text).Read(tokens) ?? ExpressionParser.Parse(tokens, out root);
        if (problem is not null)
            return new Parsed(null, problem);
        var names = tokens.Select(token => token.Value).OfType<ExpressionNode.Variable>().Select(variable => variable.Name);
        return new Parsed(new Expression(text, root!, [.. names.Distinct(StringComparer.Ordinal)]), null);
    }

    /// <param name="variables">The value of a variable as it stands, unexpanded; <see langword="null"/> = not defined.</param>
    /// <param name="inputs">The value of an input; none are known when left out.</param>
    public bool IsTrue(Func<string, string?> variables, PatternCache patterns, Func<string, string?>? inputs = null) =>
        new Evaluation(variables, inputs, patterns).Of(_root).IsPresent;

    private readonly struct Evaluation(Func<string, string?> variables, Func<string, string?>? inputs, PatternCache patterns)
    {
        public ExpressionValue Of(ExpressionNode node) =>
            node switch
            {
                ExpressionNode.Variable variable => ExpressionValue.Of(variables(variable.Name)),
                ExpressionNode.Input input => ExpressionValue.Of(inputs?.Invoke(input.Name)),
                ExpressionNode.Text text => ExpressionValue.Of(text.Value),
                ExpressionNode.Pattern pattern => ExpressionValue.Of(pattern.Regex),
                ExpressionNode.Boolean boolean => ExpressionValue.Of(boolean.Value),
                ExpressionNode.Not not => Not(Of(not.Operand)),
                ExpressionNode.Binary binary => Binary(binary),
                _ => Nil,
            };

        private static ExpressionValue Not(ExpressionValue operand) => operand.IsBroken ? operand : ExpressionValue.Of(!operand.IsPresent);

        private ExpressionValue Binary(ExpressionNode.Binary binary)
        {
            var left = Of(binary.Left);
            if (left.IsBroken)
                return left;
            if (binary.Operator == BinaryOperator.And)
                return left.IsTruthy ? Of(binary.Right) : left;
            if (binary.Operator == BinaryOperator.Or)
                return left.IsTruthy ? left : Of(binary.Right);
            var right = Of(binary.Right);
            if (right.IsBroken)
                return right;
            return binary.Operator switch
            {
                BinaryOperator.Equal => ExpressionValue.Of(AreEqual(left, right)),
                BinaryOperator.NotEqual => ExpressionValue.Of(!AreEqual(left, right)),
                BinaryOperator.Match => Match(left, right, wanted: true),
                _ => Match(left, right, wanted: false),
            };
        }

        /// <summary>Right side nil or false: no match. A text that is a pattern: that pattern. Any other text: the left text is looked for *in it*.</summary>
        private ExpressionValue Match(ExpressionValue left, ExpressionValue right, bool wanted)
        {
            if (right.Kind == ValueKind.True)
                return Broken;
            var found = right.Kind switch
            {
                ValueKind.Pattern => patterns.IsMatch(right.Pattern!, left.AsText),
                ValueKind.Text when patterns.Parse(right.Text!) is { } pattern => patterns.IsMatch(pattern, left.AsText),
                ValueKind.Text => right.Text!.Contains(left.AsText, StringComparison.Ordinal),
                _ => false,
            };
            return ExpressionValue.Of(found == wanted);
        }
    }
}
