using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

internal sealed partial class ShapeCheck
{
    private void CheckItems(Shape.Items shape, ConfigNode node, in Subject subject)
    {
        var about = shape.OwnName is { } own ? subject with { Name = own } : subject;
        if (shape.WrongWhenEmpty is { } wrongWhenEmpty && node is ConfigMapping { Entries.Count: 0 })
        {
            Refuse(DiagnosticCode.Missing, wrongWhenEmpty, node, about);
            return;
        }
        var list = shape.AllowsOne && node is ConfigMapping ? new ConfigSequence(node.At, [node]) : node as ConfigSequence;
        if (list is null)
        {
            RefuseType(shape, shape.Wrong, node, about);
            return;
        }
        if (shape.OfMaps && FirstWrong(list, MostLevels, static item => item is ConfigMapping) is { } wrong)
        {
            RefuseType(shape, shape.Wrong, list, about, wrong);
            return;
        }
        if (shape.Required && list.Items.Count == 0)
            Refuse(DiagnosticCode.Missing, "can't be blank", list, about);
        if (list.Items.Count > shape.Max)
            Refuse(DiagnosticCode.OutOfLimits, shape.TooMany, list, about, list.Items[shape.Max].At);
        if (shape.Test?.Invoke(Flatten(list)) is var (objection, item))
            Refuse(DiagnosticCode.InvalidValue, objection, node, about, item.At);
        var inside = shape.ItemName is null ? subject.Parent : subject.Inside;
        CheckEach(shape, list, new Subject(inside, shape.ItemName ?? subject.Name, IsEntry: true, subject.KeyAt));
    }

    /// <summary>The items of a list and of the lists in it, in order, without nulls.</summary>
    public static IReadOnlyList<ConfigNode> Flatten(ConfigSequence list)
    {
        if (list.Items.All(static item => item is not ConfigSequence and not ConfigScalar { IsNull: true }))
            return list.Items;
        return
        [
            .. list.Items.SelectMany(static item =>
                item is ConfigSequence nested ? Flatten(nested)
                : item is ConfigScalar { IsNull: true } ? []
                : [item]
            ),
        ];
    }

    private void CheckEach(Shape.Items shape, ConfigSequence list, in Subject item)
    {
        foreach (var node in list.Items)
        {
            if (node is ConfigSequence nested)
                CheckEach(shape, nested, item);
            else if (node is not ConfigScalar { IsNull: true })
                Check(shape.Item, node, item with { KeyAt = node.At });
        }
    }

    private void CheckByKind(Shape.ByKind shape, ConfigNode node, in Subject subject)
    {
        var fit = node switch
        {
            ConfigMapping => shape.OnMap,
            ConfigSequence => shape.OnList,
            ConfigScalar { Kind: ScalarKind.Boolean } => shape.OnFlag,
            ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float } => shape.OnNumber,
            ConfigScalar { Kind: ScalarKind.String } => shape.OnText,
            ConfigScalar { Kind: ScalarKind.Null } => shape.OnMap,
            _ => null,
        };
        if (fit is not null)
        {
            CheckAs(fit, shape, node, subject);
            return;
        }
        RefuseType(shape, shape.Wrong, node, shape.OwnName is { } own ? subject with { Name = own } : subject, bare: shape.Bare);
    }

    private void CheckOneOf(Shape.OneOf shape, ConfigNode node, in Subject subject)
    {
        if (node is ConfigMapping map && shape.Pick(map) is { } kind)
        {
            CheckAs(kind, shape, node, subject);
            return;
        }
        RefuseType(shape, shape.Wrong, node, subject, bare: true);
    }

    /// <summary>Checks a node against the narrower shape its kind asks for; seen it is as what it was met as.</summary>
    private void CheckAs(Shape narrow, Shape met, ConfigNode node, in Subject subject)
    {
        Check(narrow, node, subject);
        if (node is not ConfigScalar)
            _seen[node] = met;
    }

    /// <returns>The first item that is none of those wanted, or lies too deep; <see langword="null"/> when all are well.</returns>
    private static ConfigNode? FirstWrong(ConfigNode node, int levels, Func<ConfigNode, bool> isWanted)
    {
        if (isWanted(node))
            return null;
        if (levels <= 0 || node is not ConfigSequence list)
            return node;
        foreach (var item in list.Items)
        {
            if (FirstWrong(item, levels - 1, isWanted) is { } wrong)
                return wrong;
        }
        return null;
    }
}
