using Slipway.Compiler.Yaml.Scanning;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// Builds the nodes of one document from tokens, typing scalars and applying merge keys as Ruby's Psych does.
/// An alias hangs the very node of its anchor in a second place, so a bomb of aliases stays as small as its text.
/// </summary>
internal sealed partial class YamlComposer
{
    /// <summary>Looking for the nearest of many names takes time; after so many mistakes nobody reads it.</summary>
    private const int MostSuggestions = 20;

    private const string RestHelp = "It is indented less than the file's first line, and so belongs to nothing.";

    private readonly YamlText _text;
    private readonly DiagnosticBag _bag;
    private readonly TokenScanner _tokens;

    /// <summary><see cref="Report"/>, made once and not for each scalar.</summary>
    private readonly Action<string, string, Position, string?> _report;

    /// <summary>A value of <see langword="null"/> is an anchor whose node is still being read.</summary>
    private readonly Dictionary<string, ConfigNode?> _anchors = new(StringComparer.Ordinal);

    /// <summary>Found while building; told only when the text is whole, since libyaml's complaint comes first.</summary>
    private readonly List<Diagnostic> _found = [];

    private Directives _directives = new();
    private int _depth;
    private int _weight;
    private Written _last;

    /// <summary>How the node read last was written; merging depends on it.</summary>
    private enum Written
    {
        Scalar,

        /// <summary>A scalar with the tag <c>!!str</c>.</summary>
        Text,
        Alias,
        Sequence,
        Mapping,
    }

    private TokenKind Next => _tokens.Peek().Kind;

    private bool EndsBlockNode => Next is TokenKind.Key or TokenKind.Value or TokenKind.BlockEnd;

    private YamlComposer(YamlText text, DiagnosticBag bag)
    {
        _text = text;
        _bag = bag;
        _tokens = new TokenScanner(text.Text);
        _report = Report;
    }

    /// <param name="root"><see langword="null"/> for a document with nothing in it.</param>
    /// <returns>Whether the document could be read; if not, <paramref name="bag"/> has the reasons.</returns>
    public static bool TryCompose(YamlText text, DiagnosticBag bag, out ConfigNode? root)
    {
        var composer = new YamlComposer(text, bag);
        root = null;
        try
        {
            root = composer.Document();
            foreach (var diagnostic in composer._found)
                bag.Add(diagnostic);
            return composer._found.Count == 0;
        }
        catch (YamlSyntaxException e)
        {
            bag.Error(DiagnosticCode.YamlSyntax, composer.Words(e), composer.At(e.At), SyntaxHelp.For(e.Message, text.Text, e.At));
        }
        catch (TooBigException e)
        {
            bag.Error(DiagnosticCode.YamlTooBig, YamlLimits.TooBig, e.At, e.Message);
        }
        return false;
    }

    /// <summary>As Psych prints it: the place in the words is where the broken construct began; the diagnostic's own is where the trouble is.</summary>
    private string Words(YamlSyntaxException e)
    {
        var began = At(e.Began);
        var context = e.Context.Length == 0 ? "" : " " + e.Context;
        return $"(<unknown>): {e.Message}{context} at line {began.Line} column {began.Column}";
    }

    private Position At(Mark mark) => _text.At(mark.Line, mark.Column);

    /// <summary>The first document; what follows it is not looked at, as with Psych, but said.</summary>
    private ConfigNode? Document()
    {
        _directives = Directives.Read(_tokens);
        if (
            Next == TokenKind.StreamEnd
            || (
                _directives.BeginsDocument
                && Next is TokenKind.DocumentStart or TokenKind.DocumentEnd or TokenKind.VersionDirective or TokenKind.TagDirective
            )
        )
            return null;
        var root = Node(inBlock: true);
        var rest = _tokens.Peek();
        if (rest.Kind is not (TokenKind.StreamEnd or TokenKind.DocumentStart or TokenKind.DocumentEnd))
            _bag.Warning(DiagnosticCode.YamlRestIgnored, "everything from here on is ignored", At(rest.Start), RestHelp);
        return root;
    }

    /// <summary>Reads one node.</summary>
    /// <param name="inBlock">Whether block collections may begin here.</param>
    /// <param name="isInMap">Whether a list may stand at the same column as its key.</param>
    private ConfigNode Node(bool inBlock, bool isInMap = false)
    {
        if (_tokens.Peek().Kind == TokenKind.Alias)
            return Alias();
        var properties = Properties();
        var token = _tokens.Peek();
        switch (token.Kind)
        {
            case TokenKind.PlainScalar or TokenKind.TextScalar:
                _tokens.Skip();
                return Scalar(token, properties);
            case TokenKind.BlockEntry when isInMap:
            case TokenKind.BlockSequenceStart when inBlock:
            case TokenKind.FlowSequenceStart:
                return Sequence(token, properties);
            case TokenKind.BlockMappingStart when inBlock:
            case TokenKind.FlowMappingStart:
                return Mapping(token, properties);
        }
        if (!properties.IsEmpty)
            return Scalar(new Token(TokenKind.PlainScalar, token.Start, token.Start), properties);
        throw new YamlSyntaxException(
            inBlock ? "while parsing a block node" : "while parsing a flow node",
            properties.Start,
            "did not find expected node content",
            token.Start
        );
    }

    private NodeProperties Properties()
    {
        var start = _tokens.Peek().Start;
        var anchor = Take(TokenKind.Anchor)?.Text;
        var tag = Take(TokenKind.Tag);
        if (anchor is null && tag is not null)
            anchor = Take(TokenKind.Anchor)?.Text;
        return new NodeProperties(start, anchor, tag is { } written ? _directives.Resolve(written, start) : null);
    }

    private Token? Take(TokenKind kind)
    {
        var token = _tokens.Peek();
        if (token.Kind != kind)
            return null;
        _tokens.Skip();
        return token;
    }

    private ConfigNode Alias()
    {
        var token = _tokens.Peek();
        _tokens.Skip();
        _last = Written.Alias;
        var at = At(token.Start);
        if (!_anchors.TryGetValue(token.Text, out var node))
        {
            Report(
                DiagnosticCode.UnknownAlias,
                $"Unknown alias: {token.Text}",
                at,
                _found.Count < MostSuggestions ? Suggestion.For(token.Text, _anchors.Keys) : null
            );
            return Empty(token.Start);
        }
        if (node is null)
            throw new TooBigException(at, $"The alias *{token.Text} stands inside its own anchor &{token.Text}.");
        Count(node, at);
        return node;
    }

    /// <summary>Counts what a walk over the finished document will meet, so that a bomb ends while it is read.</summary>
    private void Count(ConfigNode node, Position at)
    {
        _weight = Math.Min(_weight + node.Weight, ConfigNode.MaxWeight);
        if (_weight > YamlLimits.Nodes)
            throw new TooBigException(at, $"With its aliases written out this file has more than {YamlLimits.Nodes:N0} values.");
        if (_depth + node.Depth > YamlLimits.Depth)
            throw new TooBigException(at, $"Lists and maps stand more than {YamlLimits.Depth} deep here.");
    }

    private ConfigScalar Empty(Mark mark)
    {
        _last = Written.Scalar;
        return new ConfigScalar(At(mark), ScalarKind.Null, "");
    }

    private ConfigScalar Scalar(Token token, NodeProperties properties)
    {
        var node = ScalarTags.Read(token, properties.Tag, At(token.Start), _report);
        if (properties.Tag != ScalarTags.Reference)
            Register(properties.Anchor, node);
        Count(node, node.At);
        _last = properties.Tag == ScalarTags.Text ? Written.Text : Written.Scalar;
        return node;
    }

    private void Register(string? anchor, ConfigNode? node)
    {
        if (anchor is not null)
            _anchors[anchor] = node;
    }

    private void Report(string code, string message, Position at, string? help)
    {
        if (_found.Count < DiagnosticBag.Limit)
            _found.Add(new Diagnostic(code, Severity.Error, message, at) { Help = help });
    }

    /// <summary>Leaves the half-built document; caught in <see cref="TryCompose"/>.</summary>
    private sealed class TooBigException(Position at, string message) : Exception(message)
    {
        public Position At { get; } = at;
    }
}
