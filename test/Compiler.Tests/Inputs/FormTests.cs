using Slipway.Compiler.Tests.Evaluation;
using Xunit;

namespace Slipway.Compiler.Tests.Inputs;

/// <summary>What a configuration asks of somebody who starts a pipeline by hand.</summary>
public sealed class FormTests
{
    private const string Header = """
        spec:
          include: [{local: more.yml}]
          inputs:
            tier: {description: Where to, options: [blue, green], default: blue}
            count: {type: number, default: 3}
            loud: {type: boolean, default: false}
            names: {type: array, default: [a, {b: 1}]}
            version: {regex: '^v\d+$'}
            size:
              rules:
                - {if: '$[[ inputs.tier ]] == "blue"', options: [s, m], default: s}
                - {options: [m, l], default: l}
            note: {default: null}
        ---

        """;

    private const string Body = """
        variables:
          TARGET: {description: Which quay, value: north, options: [north, south]}
          PLAIN: value
          TEXT: {description: Anything}
        job: {script: 'echo $[[ inputs.version ]]'}
        """;

    private static PipelineForm Form(string yaml = Header + Body) =>
        PipelineCompiler.FormOf(
            new ConfigSource.Text("f.yml", yaml),
            ProjectTree.From(new Dictionary<string, string> { ["more.yml"] = "inputs:\n  first: {default: '1'}\n" }),
            Compiling.Branch(),
            TestContext.Current.CancellationToken
        );

    [Fact]
    public void Inputs_are_told_with_type_default_and_options_though_nobody_has_given_what_is_required() =>
        Assert.Equal(
            [
                "first string 1 []",
                "tier string blue [blue,green] Where to",
                "count number 3 []",
                "loud boolean false []",
                """names array ["a",{"b":1}] []""",
                @"version string - [] ^v\d+$ required",
                "size string - [s,m,l] rules",
                "note string - []",
            ],
            Form().Inputs.Select(Told)
        );

    private static string Told(PipelineForm.Input field)
    {
        var told = $"{field.Name} {field.Type} {field.Default ?? "-"} [{string.Join(',', field.Options)}]";
        string?[] more = [field.Description, field.Pattern, field.HasRules ? "rules" : null, field.IsRequired ? "required" : null];
        return string.Join(' ', more.OfType<string>().Prepend(told));
    }

    [Fact]
    public void Global_variables_with_a_description_are_told_and_the_others_are_not() =>
        Assert.Equal(
            ["TARGET=north Which quay [north,south]", "TEXT= Anything []"],
            Form().Variables.Select(field => $"{field.Key}={field.Value} {field.Description} [{string.Join(',', field.Options)}]")
        );

    [Theory]
    [InlineData("spec: {inputs: {a: {type: colour}}}\n---\njob: {script: x}", 0, 0)]
    [InlineData("spec: {inputs: {a: {}}}\n---\nvariables: {A: {description: x}}\njob: {script: x, stage: none}", 1, 0)]
    [InlineData("variables: {A: {description: x}}\njob: {script: x}", 0, 1)]
    [InlineData("a: [", 0, 0)]
    public void Of_what_is_wrong_it_asks_nothing(string yaml, int inputs, int variables)
    {
        var form = Form(yaml);
        Assert.Equal((inputs, variables), (form.Inputs.Length, form.Variables.Length));
    }
}
