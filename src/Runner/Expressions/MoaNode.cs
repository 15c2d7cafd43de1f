using System.Collections.Immutable;

namespace Slipway.Runner.Expressions;

/// <summary>A part of an expression.</summary>
internal abstract record MoaNode
{
    private MoaNode() { }

    internal sealed record Literal(MoaValue Value) : MoaNode;

    /// <summary>A text with expressions in it.</summary>
    internal sealed record Template(ImmutableArray<MoaNode> Parts) : MoaNode;

    internal sealed record Name(string Text) : MoaNode;

    internal sealed record Member(MoaNode Of, MoaNode Key) : MoaNode;

    internal sealed record Call(string Function, ImmutableArray<MoaNode> Arguments) : MoaNode;

    internal sealed record Unary(char Operator, MoaNode Operand) : MoaNode;

    internal sealed record Binary(string Operator, MoaNode Left, MoaNode Right) : MoaNode;

    internal sealed record ListOf(ImmutableArray<MoaNode> Items) : MoaNode;

    internal sealed record MapOf(ImmutableArray<(MoaNode Key, MoaNode Value)> Entries) : MoaNode;
}

/// <summary>An expression says what cannot be.</summary>
internal sealed class MoaException(string message) : Exception(message);
