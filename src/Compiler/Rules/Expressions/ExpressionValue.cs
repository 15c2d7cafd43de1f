namespace Slipway.Compiler.Rules.Expressions;

/// <summary>What a part of a condition comes to.</summary>
internal readonly record struct ExpressionValue
{
    private ExpressionValue(ValueKind kind, string? text = null, RegexPattern? pattern = null)
    {
        Kind = kind;
        Text = text;
        Pattern = pattern;
    }

    internal enum ValueKind
    {
        Nil,
        False,
        True,
        Text,
        Pattern,

        /// <summary>Ruby raised an error: the whole condition is false.</summary>
        Broken,
    }

    public ValueKind Kind { get; }

    /// <summary>For <see cref="ValueKind.Text"/>.</summary>
    public string? Text { get; }

    /// <summary>For <see cref="ValueKind.Pattern"/>.</summary>
    public RegexPattern? Pattern { get; }

    public static ExpressionValue Nil => default;
    public static ExpressionValue Broken => new(ValueKind.Broken);

    public static ExpressionValue Of(bool value) => new(value ? ValueKind.True : ValueKind.False);

    public static ExpressionValue Of(string? text) => text is null ? Nil : new ExpressionValue(ValueKind.Text, text);

    public static ExpressionValue Of(RegexPattern pattern) => new(ValueKind.Pattern, pattern: pattern);

    public bool IsBroken => Kind == ValueKind.Broken;

    /// <summary>Ruby's truth, which <c>&amp;&amp;</c> and <c>||</c> go by: only nil and false are false. An empty text is true.</summary>
    public bool IsTruthy => Kind is not (ValueKind.Nil or ValueKind.False);

    /// <summary>What the whole condition, and <c>!</c>, go by: empty and blank texts are false as well. The text <c>false</c> is true.</summary>
    public bool IsPresent =>
        Kind switch
        {
            ValueKind.Text => !string.IsNullOrWhiteSpace(Text),
            ValueKind.True or ValueKind.Pattern => true,
            _ => false,
        };

    private bool IsBoolean => Kind is ValueKind.True or ValueKind.False;

    /// <summary>Ruby's <c>to_s</c>.</summary>
    public string AsText =>
        Kind switch
        {
            ValueKind.Text => Text!,
            ValueKind.True => "true",
            ValueKind.False => "false",
            _ => "",
        };

    /// <summary>A boolean and a text are compared as texts; nil equals nil alone.</summary>
    public static bool AreEqual(ExpressionValue left, ExpressionValue right)
    {
        if ((left.IsBoolean && right.Kind == ValueKind.Text) || (left.Kind == ValueKind.Text && right.IsBoolean))
            return left.AsText == right.AsText;
        return left.Kind == right.Kind && left.Text == right.Text && left.Pattern?.Source == right.Pattern?.Source;
    }
}
