namespace Slipway.Compiler.Rules.Expressions;

/// <summary>
/// GitLab's shunting-yard (gitlab-ci-yaml §8.4): it looks at precedence only, never at position, and so takes <c>$A "x" ==</c> for
/// <c>$A == "x"</c>. Reproduced, because files that pass there must pass here.
/// </summary>
internal static class ExpressionParser
{
    /// <returns>The problem in GitLab's internal words, or <see langword="null"/> and the node.</returns>
    public static string? Parse(List<ExpressionToken> tokens, out ExpressionNode? node)
    {
        var output = new List<ExpressionToken>(tokens.Count);
        node = null;
        return ToPostfix(tokens, output) ? Build(output, out node) : "Unmatched parenthesis";
    }

    private static bool ToPostfix(List<ExpressionToken> tokens, List<ExpressionToken> output)
    {
        var waiting = new Stack<ExpressionToken>();
        foreach (var token in tokens)
        {
            switch (token.Kind)
            {
                case TokenKind.Value:
                    output.Add(token);
                    break;
                case TokenKind.Open or TokenKind.Not:
                    waiting.Push(token);
                    break;
                case TokenKind.Binary:
                    while (waiting.TryPeek(out var last) && Precedence(last) <= Precedence(token))
                        output.Add(waiting.Pop());
                    waiting.Push(token);
                    break;
                default:
                    while (waiting.TryPeek(out var inner) && inner.Kind != TokenKind.Open)
                        output.Add(waiting.Pop());
                    if (waiting.Count == 0)
                        return false;
                    waiting.Pop();
                    break;
            }
        }

        output.AddRange(waiting);
        return true;
    }

    /// <summary>Lower binds tighter.</summary>
    private static int Precedence(ExpressionToken token) =>
        token.Kind switch
        {
            TokenKind.Not => 1,
            TokenKind.Open => int.MaxValue,
            _ => token.Operator switch
            {
                BinaryOperator.And => 11,
                BinaryOperator.Or => 12,
                _ => 10,
            },
        };

    private static string? Build(List<ExpressionToken> postfix, out ExpressionNode? node)
    {
        var results = new Stack<ExpressionNode>();
        node = null;
        foreach (var token in postfix)
        {
            switch (token.Kind)
            {
                case TokenKind.Value:
                    results.Push(token.Value!);
                    break;
                case TokenKind.Not:
                    if (!results.TryPop(out var operand))
                        return "Invalid operand";
                    results.Push(new ExpressionNode.Not(operand));
                    break;
                case TokenKind.Binary:
                    if (!results.TryPop(out var right))
                        return "Invalid right operand";
                    if (!results.TryPop(out var left))
                        return "Invalid left operand";
                    results.Push(new ExpressionNode.Binary(token.Operator, left, right));
                    break;
                default:
                    return "Unprocessable token found in parse tree: parenthesis_open";
            }
        }

        if (results.Count != 1)
            return results.Count == 0 ? "Empty parse tree" : "Unreachable nodes in parse tree";
        node = results.Pop();
        return null;
    }
}
