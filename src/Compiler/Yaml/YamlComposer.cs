using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// Builds the nodes of one document from parser events, typing scalars and applying merge keys as Ruby's Psych does.
/// An alias hangs the very node of its anchor in a second place, so a bomb of aliases stays as small as its text.
/// </summary>
internal sealed class YamlComposer
{
    private readonly YamlText _text;
    private readonly DiagnosticBag _bag;
    private readonly Parser _parser;

    /// <summary>A value of <see langword="null"/> is an anchor whose node is still being read.</summary>
    private readonly Dictionary<string, ConfigNode?> _anchors = new(StringComparer.Ordinal);

    /// <summary>Found while building; told only when the text is whole, since libyaml's complaint comes first.</summary>
    private readonly List<Diagnostic> _found = [];

    private int _depth;
    private int _weight;

    private YamlComposer(YamlText text, DiagnosticBag bag)
    {
        _text = text;
        _bag = bag;
        _parser = new Parser(new Scanner(new StringReader(text.Text), skipComments: true));
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
        catch (YamlException e)
        {
            bag.Add(SyntaxErrors.From(e, text));
        }
        catch (InvalidOperationException)
        {
            bag.Add(SyntaxErrors.AfterLast(composer._parser.Current, text));
        }
        catch (TooBigException e)
        {
            bag.Error(DiagnosticCode.YamlTooBig, YamlLimits.TooBig, e.At, e.Message);
        }
        return false;
    }

    private ConfigNode? Document()
    {
        Next();
        Next();
        if (_parser.Current is not DocumentStart)
            return null;
        Next();
        var root = Node();
        Next();
        return root;
    }

    private ParsingEvent Next() => _parser.MoveNext() ? _parser.Current! : throw new InvalidOperationException("the events ended early");

    private Position At(ParsingEvent happened) => _text.At(happened.Start.Line - 1, happened.Start.Column - 1);

    /// <summary>Reads the node the parser stands on, and leaves it on the node's last event.</summary>
    private ConfigNode Node()
    {
        var node = _parser.Current switch
        {
            AnchorAlias alias => Alias(alias),
            Scalar scalar => Scalar(scalar),
            SequenceStart start => Sequence(start),
            MappingStart start => Mapping(start),
            var other => throw new InvalidOperationException($"{other} cannot begin a node"),
        };
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

    private ConfigNode Alias(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        var at = At(alias);
        if (!_anchors.TryGetValue(name, out var node))
        {
            Report(DiagnosticCode.UnknownAlias, $"Unknown alias: {name}", at, Suggestion.For(name, _anchors.Keys));
            return new ConfigScalar(at, ScalarKind.Null, "");
        }
        if (node is null)
            throw new TooBigException(at, $"The alias *{name} stands inside its own anchor &{name}.");
        Count(node, at);
        return node;
    }

    private ConfigNode Scalar(Scalar scalar)
    {
        var at = At(scalar);
        var node = ScalarTags.Read(scalar, at, Report);
        Register(scalar.Anchor, node);
        Count(node, at);
        return node;
    }

    private void Register(AnchorName anchor, ConfigNode? node)
    {
        if (!anchor.IsEmpty && node is not ConfigReference)
            _anchors[anchor.Value] = node;
    }

    private ConfigNode Sequence(SequenceStart start)
    {
        Enter(start.Anchor, At(start));
        var items = new List<ConfigNode>();
        while (Next() is not SequenceEnd)
            items.Add(Node());
        _depth--;
        var at = At(start);
        var node = start.Tag == ScalarTags.Reference ? Reference(at, items) : new ConfigSequence(at, items);
        if (CollectionTags.ForbiddenClass(start.Tag, isMapping: false) is { } forbidden)
            Report(DiagnosticCode.UnspecifiedClass, CollectionTags.Refusal(forbidden), at, null);
        Register(start.Anchor, node);
        return node;
    }

    private void Enter(AnchorName anchor, Position at)
    {
        Register(anchor, null);
        if (++_depth > YamlLimits.Depth)
            throw new TooBigException(at, $"Lists and maps stand more than {YamlLimits.Depth} deep here.");
        _weight++;
    }

    private ConfigNode Reference(Position at, List<ConfigNode> items)
    {
        if (items.Count > 0 && items.TrueForAll(item => item is ConfigScalar { IsString: true }))
            return new ConfigReference(at, items.ConvertAll(item => ((ConfigScalar)item).Text));
        return InvalidReference(new ConfigSequence(at, items));
    }

    private ConfigNode InvalidReference(ConfigNode argument)
    {
        var help = "Write !reference [job, keyword]: a list of names.";
        Report(DiagnosticCode.InvalidReference, $"!reference {RubyText.Inspect(argument)} is not valid", argument.At, help);
        return argument;
    }

    private ConfigNode Mapping(MappingStart start)
    {
        Enter(start.Anchor, At(start));
        var at = At(start);
        var builder = new MappingBuilder();
        while (Next() is not MappingEnd)
        {
            var keyEvent = _parser.Current!;
            var key = Node();
            Next();
            var byList = _parser.Current is SequenceStart;
            var inPlace = _parser.Current is MappingStart or AnchorAlias || byList;
            var value = Node();
            Put(builder, keyEvent, key, value, byList, inPlace);
        }
        _depth--;
        var node = builder.Build(at);
        if (CollectionTags.ForbiddenClass(start.Tag, isMapping: true) is { } forbidden)
            Report(DiagnosticCode.UnspecifiedClass, CollectionTags.Refusal(forbidden), at, null);
        if (start.Tag == ScalarTags.Reference)
            return InvalidReference(node);
        Register(start.Anchor, node);
        return node;
    }

    private void Put(MappingBuilder builder, ParsingEvent keyEvent, ConfigNode key, ConfigNode value, bool byList, bool inPlace)
    {
        var at = At(keyEvent);
        if (key is not ConfigScalar name)
        {
            Report(DiagnosticCode.UnusableValue, "a key must be a string", at, "Put quotes around a text that begins with { or [.");
            return;
        }
        var merges = name.Text == "<<" && inPlace && keyEvent is not YamlDotNet.Core.Events.Scalar { Tag: { IsEmpty: false, Value: ScalarTags.Text } };
        if (merges && value is ConfigReference)
        {
            Report(DiagnosticCode.InvalidReference, $"{value} cannot be merged with <<", value.At, "Use extends, or !reference for one keyword of the job.");
            return;
        }
        if (!merges || !builder.Merge(value, byList))
            builder.Set(new ConfigEntry(name.Text, at, value, name.Kind));
        else
            _weight = Math.Min(_weight + value.Weight, ConfigNode.MaxWeight);
    }

    private void Report(string code, string message, Position at, string? help) =>
        _found.Add(new Diagnostic(code, Severity.Error, message, at) { Help = help });

    /// <summary>Leaves the half-built document; caught in <see cref="TryCompose"/>.</summary>
    private sealed class TooBigException(Position at, string message) : Exception(message)
    {
        public Position At { get; } = at;
    }
}
