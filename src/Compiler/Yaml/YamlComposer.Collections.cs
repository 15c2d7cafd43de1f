using Slipway.Compiler.Yaml.Scanning;

namespace Slipway.Compiler.Yaml;

// Lists and maps, in block and in flow form.
internal sealed partial class YamlComposer
{
    private ConfigNode Sequence(Token token, NodeProperties properties)
    {
        var at = At(token.Start);
        Enter(properties, at);
        var items = new List<ConfigNode>();
        if (token.Kind == TokenKind.FlowSequenceStart)
            FlowItems(token.Start, items);
        else if (token.Kind == TokenKind.BlockSequenceStart)
            BlockItems(token.Start, items);
        else
            IndentlessItems(items);
        _depth--;
        _last = Written.Sequence;
        if (CollectionTags.ForbiddenClass(properties.Tag, isMapping: false) is { } forbidden)
            Report(DiagnosticCode.UnspecifiedClass, CollectionTags.Refusal(forbidden), at, null);
        if (properties.Tag == ScalarTags.Reference)
            return Reference(at, items);
        var node = new ConfigSequence(at, items);
        Register(properties.Anchor, node);
        return node;
    }

    private void Enter(NodeProperties properties, Position at)
    {
        if (properties.Tag != ScalarTags.Reference)
            Register(properties.Anchor, null);
        if (++_depth > YamlLimits.Depth)
            throw new TooBigException(at, $"Lists and maps stand more than {YamlLimits.Depth} deep here.");
        _weight++;
    }

    /// <summary>Psych does not remember the anchor of a <c>!reference</c>, so an alias to one is unknown.</summary>
    private ConfigNode Reference(Position at, List<ConfigNode> items)
    {
        if (items.Count > 0 && items.TrueForAll(item => item is ConfigScalar { IsString: true }))
            return new ConfigReference(at, items.ConvertAll(item => ((ConfigScalar)item).Text));
        return InvalidReference(new ConfigSequence(at, items));
    }

    private ConfigNode InvalidReference(ConfigNode argument)
    {
        Report(
            DiagnosticCode.InvalidReference,
            $"!reference {RubyText.Inspect(argument)} is not valid",
            argument.At,
            ScalarTags.ReferenceHelp
        );
        return argument;
    }

    private void BlockItems(Mark start, List<ConfigNode> items)
    {
        _tokens.Skip();
        while (Take(TokenKind.BlockEntry) is { } entry)
            items.Add(Next is TokenKind.BlockEntry or TokenKind.BlockEnd ? Empty(entry.End) : Node(inBlock: true));
        if (Take(TokenKind.BlockEnd) is null)
            throw new YamlSyntaxException(
                "while parsing a block collection",
                start,
                "did not find expected '-' indicator",
                _tokens.Peek().Start
            );
    }

    private void IndentlessItems(List<ConfigNode> items)
    {
        while (Take(TokenKind.BlockEntry) is { } entry)
            items.Add(Next == TokenKind.BlockEntry || EndsBlockNode ? Empty(entry.End) : Node(inBlock: true));
    }

    private void FlowItems(Mark start, List<ConfigNode> items)
    {
        _tokens.Skip();
        for (var isFirst = true; Next != TokenKind.FlowSequenceEnd; isFirst = false)
        {
            if (!isFirst && Take(TokenKind.FlowEntry) is null)
                throw new YamlSyntaxException(
                    "while parsing a flow sequence",
                    start,
                    "did not find expected ',' or ']'",
                    _tokens.Peek().Start
                );
            if (Next == TokenKind.Key)
                items.Add(Mapping(_tokens.Peek(), default));
            else if (Next != TokenKind.FlowSequenceEnd)
                items.Add(Node(inBlock: false));
        }
        _tokens.Skip();
    }

    private ConfigNode Mapping(Token token, NodeProperties properties)
    {
        var at = At(token.Start);
        Enter(properties, at);
        var entries = new MappingBuilder();
        if (token.Kind == TokenKind.FlowMappingStart)
            FlowEntries(token.Start, entries);
        else if (token.Kind == TokenKind.BlockMappingStart)
            BlockEntries(token.Start, entries);
        else
            SinglePair(entries);
        _depth--;
        _last = Written.Mapping;
        if (CollectionTags.ForbiddenClass(properties.Tag, isMapping: true) is { } forbidden)
            Report(DiagnosticCode.UnspecifiedClass, CollectionTags.Refusal(forbidden), at, null);
        var node = entries.Build(at);
        if (properties.Tag == ScalarTags.Reference)
            return InvalidReference(node);
        Register(properties.Anchor, node);
        return node;
    }

    private void BlockEntries(Mark start, MappingBuilder entries)
    {
        _tokens.Skip();
        while (Take(TokenKind.Key) is { } keyToken)
        {
            var key = ReadKey(keyToken, EndsBlockNode, inBlock: true);
            var valueToken = Take(TokenKind.Value);
            Put(
                entries,
                key,
                valueToken is null || EndsBlockNode ? Empty((valueToken ?? keyToken).End) : Node(inBlock: true, isInMap: true)
            );
        }
        if (Take(TokenKind.BlockEnd) is null)
            throw new YamlSyntaxException("while parsing a block mapping", start, "did not find expected key", _tokens.Peek().Start);
    }

    private void FlowEntries(Mark start, MappingBuilder entries)
    {
        _tokens.Skip();
        for (var isFirst = true; Next != TokenKind.FlowMappingEnd; isFirst = false)
        {
            if (!isFirst && Take(TokenKind.FlowEntry) is null)
                throw new YamlSyntaxException(
                    "while parsing a flow mapping",
                    start,
                    "did not find expected ',' or '}'",
                    _tokens.Peek().Start
                );
            if (Next == TokenKind.FlowMappingEnd)
                break;
            FlowEntry(entries, TokenKind.FlowMappingEnd);
        }
        _tokens.Skip();
    }

    /// <summary><c>[a: b]</c>: a map of one entry without braces.</summary>
    private void SinglePair(MappingBuilder entries) => FlowEntry(entries, TokenKind.FlowSequenceEnd);

    /// <summary><c>a: b</c>, <c>? a : b</c>, or a key alone.</summary>
    private void FlowEntry(MappingBuilder entries, TokenKind end)
    {
        var first = _tokens.Peek();
        var isMarked = Take(TokenKind.Key) is not null;
        var key = ReadKey(first, isMarked && (Next is TokenKind.Value or TokenKind.FlowEntry || Next == end), inBlock: false);
        var valueToken = isMarked ? Take(TokenKind.Value) : null;
        var isEmpty = valueToken is null || Next == TokenKind.FlowEntry || Next == end;
        Put(entries, key, isEmpty ? Empty((valueToken ?? first).End) : Node(inBlock: false));
    }

    /// <param name="IsText">Whether a tag says that it is a plain text, which then does not merge.</param>
    private readonly record struct WrittenKey(ConfigNode Node, Position At, bool IsText);

    private WrittenKey ReadKey(Token token, bool isEmpty, bool inBlock)
    {
        var node = isEmpty ? Empty(token.End) : Node(inBlock, isInMap: inBlock);
        return new WrittenKey(node, At(token.Start), _last == Written.Text);
    }

    private void Put(MappingBuilder entries, WrittenKey key, ConfigNode value)
    {
        if (key.Node is not ConfigScalar name)
        {
            Report(DiagnosticCode.UnusableValue, "a key must be a string", key.At, "Put quotes around a text that begins with { or [.");
            return;
        }
        var merges = name.Text == "<<" && !key.IsText && _last is Written.Alias or Written.Sequence or Written.Mapping;
        if (merges && value is ConfigReference)
        {
            Report(
                DiagnosticCode.InvalidReference,
                $"{value} cannot be merged with <<",
                value.At,
                "Use extends, or !reference for one keyword of the job."
            );
            return;
        }
        if (!merges || !entries.Merge(value, isList: _last == Written.Sequence))
            entries.Set(new ConfigEntry(name.Text, key.At, value, name.Kind));
        else
            Count(value, key.At);
    }
}
