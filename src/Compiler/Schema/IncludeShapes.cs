using Slipway.Compiler.Include;
using Slipway.Compiler.Keywords.Shapes;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Schema;

/// <summary>
/// <c>include</c> and <c>spec</c>, which are worked in before keywords are checked and so are not in the keyword table: what the include
/// reader and the header reader take, as shapes.
/// </summary>
internal static class IncludeShapes
{
    private static readonly Shape s_text = new Shape.ByKind("") { OnText = Anything, OnNumber = Anything };
    private static readonly Shape s_paths = new Shape.Map(Keyword.Part("paths", TextOrTexts), Keyword.Part("compare_to", Text));

    private static readonly Shape s_places = new Shape.Map(
        Keyword.Part("paths", TextOrTexts),
        Keyword.Part("project", Text),
        Keyword.Part("ref", Text)
    );

    private static readonly Shape s_rules = new Shape.Items(
        new Shape.Map(
            Keyword.Part("if", new Shape.Expression()),
            Keyword.Part("changes", TextsOr(s_paths)),
            Keyword.Part("exists", TextsOr(s_places)),
            Keyword.Part("when", OneOfThese("always", "never"))
        ),
        "rule"
    );

    private static readonly Shape s_options = new Shape.ByKind("")
    {
        OnList = Anything,
        Schema = """{"maxItems":50,"items":{"not":{"type":"null"}}}""",
    };

    public static Shape Include { get; } = Includes(IncludePlace.Body);

    public static Shape Spec { get; } =
        new Shape.Map(
            new Keyword("inputs", new Shape.Named(Input())),
            new Keyword("include", Includes(IncludePlace.Header)),
            new Keyword("component", new Shape.Texts { Known = ["name", "sha", "version", "reference"] }),
            new Keyword("description", new Shape.Text { MaxLength = 256 })
        );

    private static Shape.ByKind TextsOr(Shape map) =>
        new("")
        {
            OnText = Anything,
            OnList = Texts,
            OnMap = map,
        };

    private static Shape.ByKind Includes(IncludePlace place)
    {
        var item = new Shape.ByKind("") { OnText = RequiredText, OnMap = Item(place) };
        return new Shape.ByKind("")
        {
            OnText = RequiredText,
            OnList = new Shape.Items(item, "include"),
            OnMap = Item(place),
        };
    }

    private static Shape.Map Item(IncludePlace place) =>
        new([
            .. place.Kinds.Select(kind => Keyword.Part(kind, kind == "project" ? Anything : Text)),
            Keyword.Part("file", TextOrTexts),
            Keyword.Part("ref", s_text),
            Keyword.Part("job", Text),
            Keyword.Part("integrity", Text),
            Keyword.Part("cache", Anything),
            Keyword.Part("rules", s_rules),
            Keyword.Part("inputs", new Shape.Named(Anything)),
        ])
        {
            Rules =
            [
                new MapRule.ExactlyOne([.. place.Kinds]),
                new MapRule.Test(_ => null) { Schema = If(Set("project"), Set("file")) },
                new MapRule.Test(_ => null) { Schema = If(Set("integrity"), Set("remote")) },
                new MapRule.Test(_ => null) { Schema = Not(Set("artifact")) },
            ],
        };

    private static Shape.Map Input() =>
        new(
            Keyword.Part("type", OneOfThese("string", "number", "boolean", "array")),
            Keyword.Part("default", Anything),
            Keyword.Part("description", s_text),
            Keyword.Part("options", s_options),
            Keyword.Part("regex", Text),
            new Keyword("rules", new Shape.Items(InputRule(), "rule"))
        )
        {
            Untold = "an input's default is of its type, among its options, and matches its regex",
            Rules = [new MapRule.Exclusive("rules", "options"), new MapRule.Exclusive("rules", "default")],
        };

    private static Shape.Map InputRule() =>
        new(Keyword.Part("if", new Shape.Expression()), Keyword.Part("options", s_options), Keyword.Part("default", Anything))
        {
            Rules = [new MapRule.Required("default")],
        };
}
