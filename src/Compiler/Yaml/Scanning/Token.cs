namespace Slipway.Compiler.Yaml.Scanning;

internal enum TokenKind
{
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    BlockSequenceStart,
    BlockMappingStart,

    /// <summary>Ends a block sequence or mapping: what follows stands further left.</summary>
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    FlowEntry,
    BlockEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    PlainScalar,

    /// <summary>A scalar in quotes or a block scalar: text, whatever it looks like.</summary>
    TextScalar,
}

/// <param name="Text">Of a scalar its value, of an anchor or alias the name, of a tag the suffix, of a directive its value.</param>
/// <param name="Handle">Of a tag and of a tag directive.</param>
internal readonly record struct Token(TokenKind Kind, Mark Start, Mark End, string Text = "", string Handle = "");

/// <summary>The text is not YAML. In libyaml's words; caught where a document is composed, and made a diagnostic there.</summary>
/// <param name="context">What was being read, <c>while parsing a block mapping</c>; empty when libyaml says nothing.</param>
/// <param name="began">Where that began.</param>
/// <param name="at">Where the trouble is.</param>
internal sealed class YamlSyntaxException(string context, Mark began, string problem, Mark at) : Exception(problem)
{
    public string Context { get; } = context;
    public Mark Began { get; } = began;
    public Mark At { get; } = at;
}
