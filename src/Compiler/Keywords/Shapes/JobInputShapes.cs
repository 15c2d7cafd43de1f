using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>
/// <c>inputs</c> of a job. GitLab reads each entry with what also reads <c>spec:inputs</c>, whose words they have; whether the default is of the
/// type, and allowed, <see cref="JobInputReading"/> finds out.
/// </summary>
internal static class JobInputShapes
{
    private const int Most = 50;

    private const string SomeOptions = """{"maxItems":50,"items":{"not":{"type":"null"}}}""";

    /// <summary>That the default is of the type <see cref="JobInputReading"/> checks; that it matches the rest a schema cannot say.</summary>
    private static string DefaultFits { get; } =
        All(
            Set("default"),
            If(Any(Absent("type"), Is("type", "string")), Key("default", """{"type":"string"}""")),
            If(Is("type", "number"), Key("default", """{"type":"number"}""")),
            If(Is("type", "boolean"), Key("default", """{"type":"boolean"}""")),
            If(Is("type", "array"), Key("default", """{"type":"array"}"""))
        );

    public static Shape Inputs { get; } =
        new Shape.Named(
            new Shape.Map(
                Part("type", new Shape.Choice("unknown value", "array", "boolean", "number", "string") { NamesValue = true }),
                Keyword.Part("default", Anything),
                Part(
                    "description",
                    new Shape.ByKind("must be an alphanumeric string")
                    {
                        OnText = new Shape.Text { MaxLength = 1024 },
                        OnNumber = Anything,
                    }
                ),
                Part("options", new Shape.ByKind("should be an array") { OnList = Anything }),
                Part("regex", Text)
            )
            {
                Rules =
                [
                    new MapRule.Test(NoDefault) { Schema = DefaultFits },
                    new MapRule.Test(Options) { Schema = Key("options", SomeOptions) },
                ],
            }
        )
        {
            Max = Most,
            TooMany = $"has too many entries (maximum {Most})",
        };

    private static Keyword Part(string name, Shape shape) => Keyword.Part(name, shape) with { Attribute = $"input {name}" };

    private static Complaint? NoDefault(ConfigMapping input) =>
        IsSet(input, "default") ? null : new Complaint(DiagnosticCode.Missing, "default", "have a default value", "must");

    private static Complaint? Options(ConfigMapping input)
    {
        if (input["options"] is not ConfigSequence options)
            return null;
        if (options.Items.Count > Most)
            return new Complaint(DiagnosticCode.OutOfLimits, "options", $"cannot define more than {Most} options", "config");
        return options.Items.Any(option => option is ConfigScalar { IsNull: true })
            ? new Complaint(DiagnosticCode.InvalidValue, "options", "options array cannot contain null values", "config")
            : null;
    }
}
