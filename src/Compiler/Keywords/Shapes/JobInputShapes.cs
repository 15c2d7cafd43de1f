using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>
/// <c>inputs</c> of a job. GitLab reads each entry with what also reads <c>spec:inputs</c>, whose words they have; whether the default is of the
/// type, and allowed, <see cref="JobInputReading"/> finds out.
/// </summary>
internal static class JobInputShapes
{
    private const int Most = 50;

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
                Rules = [new MapRule.Test(NoDefault), new MapRule.Test(Options)],
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
