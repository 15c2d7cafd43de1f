using System.Collections.Immutable;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>
/// <c>run</c>: steps in place of a script. GitLab checks them with a JSON schema. <c>action</c> is gone from its newest one, and still in files.
/// </summary>
internal static class RunShapes
{
    private const string NameRule = "does not match the pattern ^[a-zA-Z_][a-zA-Z0-9_]*$";

    private static readonly ImmutableArray<string> s_work = ["script", "step", "func", "action"];

    public static Shape Run { get; } =
        new Shape.Items(
            new Shape.Map(
                Keyword.Part(
                    "name",
                    new Shape.Text { Test = name => IsName(name) ? null : NameRule, Schema = Pattern(@"^[a-zA-Z_][a-zA-Z0-9_]*\z") }
                ),
                Keyword.Part("script", RequiredText),
                Keyword.Part("step", Reference()),
                Keyword.Part("func", Reference()),
                Keyword.Part("action", Text),
                new("env", new Shape.Named(Text)),
                new("inputs", new Shape.Named(Anything))
            )
            {
                Rules = [new MapRule.Present("name"), new MapRule.ExactlyOne(s_work), new MapRule.Exclusive("script", "inputs")],
            },
            "run"
        );

    private static Shape.ByKind Reference() =>
        TextOr(
            new Shape.Map(
                new("git", Parts(["url", "rev", "dir", "file"], ["url", "rev"])),
                new("oci", Parts(["registry", "repository", "tag", "dir", "file"], ["registry", "repository", "tag"]))
            )
            {
                Rules = [new MapRule.ExactlyOne("git", "oci")],
            }
        );

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
