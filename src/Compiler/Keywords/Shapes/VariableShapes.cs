using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>variables</c> in its four places.</summary>
internal static class VariableShapes
{
    /// <summary>At the top level: with description and options for the form of a pipeline by hand.</summary>
    public static Shape Global { get; } = Variables("value", "description", "expand", "options");

    public static Shape OfJob { get; } = Variables("value", "expand");

    /// <summary>In rules and services: plain values only.</summary>
    public static Shape Plain { get; } = Variables();

    private static Shape.Named Variables(params ImmutableArray<string> data)
    {
        var scalar = new Shape.Anything();
        return new Shape.Named(
            new Shape.ByKind("variable definition must be either a string or a hash", Bare: true)
            {
                OwnName = "",
                OnText = scalar,
                OnNumber = scalar,
                OnFlag = scalar,
                OnMap = data.IsEmpty ? new Shape.Text { Wrong = "must be a string" } : Complex(data),
            }
        )
        {
            // GitLab takes null for an empty map, which is fine where a map is.
            RefusesNull = data.IsEmpty,
        };
    }

    private static Shape.Map Complex(ImmutableArray<string> data) =>
        new([.. Data().Where(keyword => data.Contains(keyword.Name))])
        {
            UnknownKeys = "uses invalid data keys",
            Rules =
            [
                new MapRule.Test(ValueOutsideOptions)
                {
                    Schema = If(
                        """{"required":["options"],"properties":{"options":{"type":"array","minItems":1}}}""",
                        All(Set("value"), Key("value", """{"type":"string"}"""))
                    ),
                    Untold = "a variable's value is one of its options",
                },
            ],
        };

    private static IEnumerable<Keyword> Data() =>
        [
            Data(
                "value",
                new Shape.ByKind("must be a scalar")
                {
                    OnText = Anything,
                    OnNumber = Anything,
                    OnFlag = Anything,
                }
            ),
            Data("description", new Shape.ByKind("must be an alphanumeric string") { OnText = Anything, OnNumber = Anything }),
            Data("expand", Flag),
            Data("options", Texts),
        ];

    private static Keyword Data(string name, Shape shape) => Keyword.Part(name, shape) with { Attribute = $"config {name}" };

    private static Complaint? ValueOutsideOptions(ConfigMapping variable)
    {
        if (variable["options"] is not ConfigSequence { Items.Count: > 0 } options)
            return null;
        if (
            variable["value"] is ConfigScalar { IsString: true } value
            && options.Items.Any(option => option is ConfigScalar known && known.Text == value.Text)
        )
            return null;
        var key = variable.Has("value") ? "value" : "options";
        return new Complaint(DiagnosticCode.InvalidValue, key, "value must be present in options", "config");
    }
}
