using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>
/// Holds a configuration to the keyword table and tells each mistake once: a node that hangs in twenty jobs is looked at once, and what
/// lies inside a wrong value is not looked at. Afterwards <see cref="IsBad"/> says which nodes must not be read.
/// </summary>
internal sealed partial class ShapeCheck(DiagnosticBag bag, TextChecks texts)
{
    private const int MostLevels = 10;

    private readonly HashSet<(string Code, string Text, Position At)> _told = [];
    private readonly HashSet<ConfigNode> _bad = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ConfigNode, Shape> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, bool> _expressions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _patterns = new(StringComparer.Ordinal);

    public bool IsBad(ConfigNode node) => _bad.Count > 0 && _bad.Contains(node);

    public void Check(Shape shape, ConfigNode node, in Subject subject)
    {
        if (node is not ConfigScalar)
        {
            if (_seen.TryGetValue(node, out var before) && ReferenceEquals(before, shape))
                return;
            _seen[node] = shape;
        }
        switch (shape)
        {
            case Shape.Map map:
                CheckMap(map, node, subject);
                break;
            case Shape.Named named:
                CheckNamed(named, node, subject);
                break;
            case Shape.Items items:
                CheckItems(items, node, subject);
                break;
            case Shape.ByKind kinds:
                CheckByKind(kinds, node, subject);
                break;
            case Shape.OneOf choice:
                CheckOneOf(choice, node, subject);
                break;
            default:
                CheckLeaf(shape, node, subject);
                break;
        }
    }

    /// <summary>Tells a mistake at <paramref name="at"/>, unless the same words about the same place (in another job) have been told.</summary>
    /// <param name="text">What is wrong, without the place; what makes two mistakes the same.</param>
    public void Tell(string code, string text, string message, Position at, string? help = null)
    {
        if (_told.Add((code, text, at)))
            bag.Error(code, message, at, help);
    }

    public void MarkBad(ConfigNode node) => _bad.Add(node);

    private void Refuse(string code, string text, ConfigNode node, in Subject subject, Position? at = null, string? help = null)
    {
        _bad.Add(node);
        Tell(code, subject.Name + text, subject.Say(text), at ?? node.At, help);
    }

    /// <param name="item">The node at fault inside <paramref name="node"/>.</param>
    private void RefuseType(Shape shape, string text, ConfigNode node, in Subject subject, ConfigNode? item = null, bool bare = false)
    {
        _bad.Add(node);
        var about = shape.TypeIsPart ? subject with { IsEntry = false } : subject;
        var wrong = item ?? node;
        var help = shape is Shape.Text or Shape.Texts or Shape.TextOrTexts or Shape.Commands or Shape.NestedTexts ? TextHelp(wrong) : null;
        Tell(DiagnosticCode.WrongType, subject.Name + text, bare ? about.SayBare(text) : about.Say(text), wrong.At, help);
    }

    /// <summary>A word on what YAML has made of a text, where that surprises.</summary>
    private static string? TextHelp(ConfigNode node) =>
        node switch
        {
            ConfigScalar { Kind: ScalarKind.Boolean } scalar =>
                $"YAML reads this as the boolean {scalar.Text}; quote it to make it a text.",
            ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float } scalar =>
                $"YAML reads this as the number {scalar.Text}; quote it to make it a text.",
            ConfigMapping => "This is a map: does the text hold a colon and a blank? Quote it then.",
            _ => null,
        };
}
