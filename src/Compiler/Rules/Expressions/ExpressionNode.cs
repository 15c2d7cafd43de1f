namespace Slipway.Compiler.Rules.Expressions;

internal enum BinaryOperator
{
    Equal,
    NotEqual,
    Match,
    NotMatch,
    And,
    Or,
}

/// <summary>A parsed condition (gitlab-ci-yaml §8.4).</summary>
internal abstract record ExpressionNode
{
    private ExpressionNode() { }

    /// <summary><c>$NAME</c>.</summary>
    internal sealed record Variable(string Name) : ExpressionNode;

    /// <summary><c>$[[ inputs.name ]]</c>, which only the rules of <c>spec:inputs</c> still hold when they are evaluated.</summary>
    internal sealed record Input(string Name) : ExpressionNode;

    internal sealed record Text(string Value) : ExpressionNode;

    internal sealed record Pattern(RegexPattern Regex) : ExpressionNode;

    internal sealed record Null : ExpressionNode;

    internal sealed record Boolean(bool Value) : ExpressionNode;

    internal sealed record Not(ExpressionNode Operand) : ExpressionNode;

    internal sealed record Binary(BinaryOperator Operator, ExpressionNode Left, ExpressionNode Right) : ExpressionNode;
}
