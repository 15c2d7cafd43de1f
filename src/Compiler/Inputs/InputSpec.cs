using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

internal enum InputType
{
    String,
    Number,
    Boolean,
    Array,
}

/// <summary>One entry of <c>spec:inputs</c>. https://docs.gitlab.com/ci/inputs/</summary>
internal sealed record InputSpec(string Name, Position At, InputType Type)
{
    public string? Description { get; init; }

    /// <summary><see langword="null"/> when there is none; a null node is a default, too.</summary>
    public ConfigNode? Default { get; init; }
    public ConfigSequence? Options { get; init; }
    public string? Regex { get; init; }

    /// <summary>The first that holds gives options and default; <see langword="null"/> when there is no <c>rules</c>.</summary>
    public IReadOnlyList<InputRule>? Rules { get; init; }

    /// <summary>Somebody must give a value.</summary>
    public bool IsRequired => Default is null && Rules?.Any(rule => rule.Default is not null) != true;
}

/// <param name="If"><see langword="null"/> for a rule that always holds.</param>
internal sealed record InputRule(string? If, ConfigSequence? Options, ConfigNode? Default);
