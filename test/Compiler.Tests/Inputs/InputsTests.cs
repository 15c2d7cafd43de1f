using System.Collections.Immutable;
using Slipway.Compiler.Include;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Inputs;

public sealed class InputsTests
{
    private static string Load(string root, string? included = null, params (string Key, string Value)[] given)
    {
        var bag = new DiagnosticBag();
        var tree = ProjectTree.From(new Dictionary<string, string> { ["a.yml"] = included ?? "" });
        var scope = new IncludeScope
        {
            Inputs = given.ToImmutableDictionary(pair => pair.Key, pair => pair.Value),
            Variable = name =>
                name switch
                {
                    "BRANCH" => new Variable("BRANCH", "main"),
                    "NESTED" => new Variable("NESTED", "$BRANCH"),
                    "SECRET" => new Variable("SECRET", "hush", Masked: true),
                    _ => null,
                },
        };
        var loaded = ConfigurationLoader.Load(new ConfigRoot.Text("f.yml", root), tree, scope, bag);
        return loaded.Root is null
            ? string.Join("\n", bag.ToImmutable().Select(diagnostic => diagnostic.Message))
            : JsonText.Of(loaded.Root);
    }

    private static string WithInputs(string specs, string body) => $"spec:\n  inputs: {{{specs}}}\n---\n{body}\n";

    [Theory]
    [InlineData("a: {default: x}", "k: $[[ inputs.a ]]", """{"k":"x"}""")]
    [InlineData("a: {default: x}", "k: $[[inputs.a]]-$[[   inputs.a   ]]", """{"k":"x-x"}""")]
    [InlineData("a: {default: x}", "$[[ inputs.a ]]-job: {v: 1}", """{"x-job":{"v":1}}""")]
    [InlineData("a: {default: 12, type: number}", "k: $[[ inputs.a ]]\nl: v$[[ inputs.a ]]", """{"k":12,"l":"v12"}""")]
    [InlineData("a: {default: 12}", "k: $[[ inputs.a ]]", """{"k":"12"}""")]
    [InlineData("a: {default: true, type: boolean}", "k: $[[ inputs.a ]]", """{"k":true}""")]
    [InlineData("a: {default: [x, {y: 1}], type: array}", "k: $[[ inputs.a ]]", """{"k":["x",{"y":1}]}""")]
    [InlineData("a: {default: [x, y], type: array}", "k: [w, '$[[ inputs.a ]]', z]", """{"k":["w","x","y","z"]}""")]
    [InlineData("a: {default: [x, y], type: array}", "k: v $[[ inputs.a ]]", """{"k":"v [\"x\", \"y\"]"}""")]
    [InlineData("a: {default: [[x], [{y: z}]], type: array}", "k: $[[ inputs.a[1][0].y ]]", """{"k":"z"}""")]
    [InlineData("a: {default: ''}", "k: '$[[ inputs.a ]]'", """{"k":""}""")]
    [InlineData("a: {default: null}", "k: '$[[ inputs.a ]]'", """{"k":""}""")]
    [InlineData("a: {default: '$[[ inputs.b ]]'}, b: {default: x}", "k: $[[ inputs.a ]]", """{"k":"$[[ inputs.b ]]"}""")]
    [InlineData("a: {default: 'x: y'}", "k: $[[ inputs.a ]]", """{"k":"x: y"}""")]
    [InlineData("", "k: $[[ matrix.A ]]", """{"k":"$[[ matrix.A ]]"}""")]
    [InlineData("a: {default: x}", "k: '$[[ x'\nl: '$[[]]'\nm: '$[[ a ]]'", """{"k":"$[[ x","l":"$[[]]","m":"$[[ a ]]"}""")]
    [InlineData("a: {default: x}", "k: !reference [l]\nl: '$[[ inputs.a ]]'", """{"k":"x","l":"x"}""")]
    [InlineData("a: {default: abcdef}", "k: $[[ inputs.a | truncate(1,3) ]]", """{"k":"bcd"}""")]
    [InlineData("a: {default: abcdef}", "k: $[[ inputs.a | truncate( 4 , 9 ) ]]", """{"k":"ef"}""")]
    [InlineData("a: {default: abc}", "k: $[[ inputs.a | truncate(9,1) ]]", """{"k":""}""")]
    [InlineData("a: {default: 🚀🚁🚂}", "k: $[[ inputs.a | truncate(1,1) ]]", """{"k":"🚁"}""")]
    [InlineData("a: {default: 'b/$BRANCH/$NESTED/$OTHER'}", "k: $[[ inputs.a | expand_vars ]]", """{"k":"b/main/$BRANCH/$OTHER"}""")]
    [InlineData("a: {default: 'it''s $x'}", "k: $[[ inputs.a | posix_escape ]]", """{"k":"it\\'s\\ \\$x"}""")]
    [InlineData("a: {default: ''}", "k: $[[ inputs.a | posix_escape ]]", """{"k":"''"}""")]
    [InlineData("a: {default: '$BRANCH x'}", "k: $[[ inputs.a | expand_vars | truncate(0,6) | posix_escape ]]", """{"k":"main\\ x"}""")]
    [InlineData("a: {default: 'x, y,'}", "k: \"$[[ inputs.a | split(',') ]]\"", """{"k":["x","y"]}""")]
    [InlineData(
        "a: {rules: [{if: '$[[ inputs.b ]] == \"p\"', options: [x], default: x}, {default: y}]}, b: {default: p}",
        "k: $[[ inputs.a ]]",
        """{"k":"y"}"""
    )]
    [InlineData(
        "b: {default: p}, a: {rules: [{if: '$[[ inputs.b ]] == \"p\"', options: [x], default: x}, {default: y}]}",
        "k: $[[ inputs.a ]]",
        """{"k":"x"}"""
    )]
    public void A_block_becomes_the_inputs_value(string specs, string body, string json) =>
        Assert.Equal(json, Load(WithInputs(specs, body)));

    [Theory]
    [InlineData("a: {default: x}", "k: $[[ inputs.b ]]", "unknown interpolation provided: `b` in `inputs.b`")]
    [InlineData("a: {default: x}", "k: $[[ other.b ]]", "unknown interpolation provided: `other` in `other.b`")]
    [InlineData("a: {default: x}", "k: $[[ component.name ]]", "unknown interpolation provided: `name` in `component.name`")]
    [InlineData("a: {default: x}", "k: $[[ inputs.a.b ]]", "unknown interpolation provided: `b` in `inputs.a.b`")]
    [InlineData("a: {default: x}", "k: $[[ inputs ]]", "invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]")]
    [InlineData("a: {default: x}", "k: $[[ inputs.a[0] ]]", "cannot index into non-array value at [0] in `inputs.a[0]`")]
    [InlineData("a: {default: [x], type: array}", "k: $[[ inputs.a[1] ]]", "array index 1 out of bounds (size: 1) in `inputs.a[1]`")]
    [InlineData(
        "a: {default: [x], type: array}",
        "k: $[[ inputs.a[x] ]]",
        "invalid array index in `inputs.a[x]`: `x` is not a valid index"
    )]
    [InlineData("a: {default: [x], type: array}", "k: $[[ inputs.a[0 ]]", "invalid array index in `inputs.a[0`: missing closing bracket")]
    [InlineData(
        "a: {default: x}",
        "k: $[[ inputs.a | shout ]]",
        "no function matching `shout`: check that the function name, arguments, and types are correct"
    )]
    [InlineData(
        "a: {default: x}",
        "k: $[[ inputs.a | truncate(1) ]]",
        "no function matching `truncate(1)`: check that the function name, arguments, and types are correct"
    )]
    [InlineData(
        "a: {default: x}",
        "k: $[[ inputs.a | expand_vars | expand_vars | expand_vars | expand_vars ]]",
        "too many functions in interpolation block"
    )]
    [InlineData(
        "a: {default: 1, type: number}",
        "k: $[[ inputs.a | truncate(0,1) ]]",
        "error in `truncate` function: invalid input type: truncate can only be used with string inputs"
    )]
    [InlineData(
        "a: {default: $SECRET}",
        "k: $[[ inputs.a | expand_vars ]]",
        "error in `expand_vars` function: variable expansion error: masked variables cannot be expanded"
    )]
    [InlineData("a: ", "k: 1", "`a` input: required value has not been provided")]
    [InlineData("a: {default: x, type: number}", "k: 1", "`a` input: default value is not a number")]
    [InlineData("a: {default: x, type: boolean}", "k: 1", "`a` input: default value is not a boolean")]
    [InlineData("a: {default: x, type: array}", "k: 1", "`a` input: default value is not an array")]
    [InlineData(
        "a: {default: x, options: [y, z]}",
        "k: 1",
        "`a` input: `x` cannot be used because it is not in the list of allowed options"
    )]
    [InlineData(
        "a: {default: 1, options: [2], type: number}",
        "k: 1",
        "`a` input: `1` cannot be used because it is not in the list of the allowed options"
    )]
    [InlineData(
        "a: {default: true, options: [true], type: boolean}",
        "k: 1",
        "`a` input: Options can only be used with string and number inputs"
    )]
    [InlineData("a: {default: x, regex: '^y$'}", "k: 1", "`a` input: default value does not match required RegEx pattern")]
    [InlineData("a: {default: x, regex: '('}", "k: 1", "`a` input: invalid regular expression")]
    [InlineData("a: {default: 1, regex: x, type: number}", "k: 1", "`a` input: RegEx validation can only be used with string inputs")]
    [InlineData("a: {default: x, type: text}", "k: 1", "header:spec:inputs:a input type unknown value: text")]
    [InlineData("a: {defaults: x}", "k: 1", "header:spec:inputs:a config contains unknown keys: defaults")]
    [InlineData("a: text", "k: 1", "header:spec:inputs:a config should be a hash")]
    [InlineData(
        "a: {rules: [{default: x}], default: y}",
        "k: 1",
        "header:spec:inputs:a config these keys cannot be used together: rules, default"
    )]
    [InlineData("a: {rules: [{options: [x]}]}", "k: 1", "`a` input: rule must define 'options' with at least one value and a 'default'")]
    [InlineData("a: {rules: [{options: [x], default: y}]}", "k: 1", "`a` input: default 'y' must be one of the options")]
    [InlineData("a: {rules: [{default: y, when: always}]}", "k: 1", "`a` input: contains unknown keys: when")]
    [InlineData("a: {rules: [{if: '==', default: y}]}", "k: 1", "`a` input: if invalid expression syntax")]
    public void A_mistake_is_told_in_GitLabs_words(string specs, string body, string message) =>
        Assert.Equal(message, Load(WithInputs(specs, body)));

    [Theory]
    [InlineData("spec: {interruptible: true}\n---\nk: 1", "header:spec config contains unknown keys: interruptible")]
    [InlineData("spec: {}\nother: 1\n---\nk: 1", "header config contains unknown keys: other")]
    [InlineData("spec: [a]\n---\nk: 1", "header:spec config should be a hash")]
    [InlineData("spec: {inputs: [a]}\n---\nk: 1", "header:spec:inputs config should be a hash")]
    [InlineData("spec: {component: [name, size]}\n---\nk: 1", "header:spec:component config contains unknown values: size")]
    public void A_wrong_header_is_told_in_GitLabs_words(string yaml, string message) => Assert.Equal(message, Load(yaml));

    [Fact]
    public void An_empty_header_is_none() => Assert.Equal("""{"k":"$[["}""", Load("spec:\n---\nk: '$[['"));

    [Fact]
    public void Without_a_header_nothing_is_replaced() => Assert.Equal("""{"k":"$[[ inputs.a ]]"}""", Load("k: $[[ inputs.a ]]"));

    [Theory]
    [InlineData("string", "12", "\"12\"")]
    [InlineData("number", "12", "12")]
    [InlineData("number", "1.50", "1.5")]
    [InlineData("boolean", "false", "false")]
    [InlineData("array", "[\"x\", 1, {\"y\": null}]", """["x",1,{"y":null}]""")]
    public void Text_given_to_the_root_gets_the_inputs_type(string type, string value, string json) =>
        Assert.Equal($"{{\"k\":{json}}}", Load(WithInputs($"a: {{type: {type}}}", "k: $[[ inputs.a ]]"), null, ("a", value)));

    [Theory]
    [InlineData("number", "twelve", "`a` input: provided value is not a number")]
    [InlineData("boolean", "1", "`a` input: provided value is not a boolean")]
    [InlineData("array", "x", "`a` input: provided value is not an array")]
    public void Text_that_is_not_of_the_type_is_told(string type, string value, string message) =>
        Assert.Equal(message, Load(WithInputs($"a: {{type: {type}}}", "k: $[[ inputs.a ]]"), null, ("a", value)));

    [Fact]
    public void Inputs_nobody_asked_for_are_told()
    {
        Assert.Equal("unknown input arguments: b, c", Load(WithInputs("a: {default: x}", "k: 1"), null, ("b", "1"), ("c", "2")));
        Assert.Equal("Given inputs not defined in the `spec` section of the included configuration file", Load("k: 1", null, ("b", "1")));
    }

    [Theory]
    [InlineData("{a: x}", "a: ", "k: $[[ inputs.a ]]", """{"k":"x"}""")]
    [InlineData("{a: [1, 2]}", "a: {type: array}", "k: $[[ inputs.a ]]", """{"k":[1,2]}""")]
    [InlineData("{a: '3'}", "a: {type: number}", "k: $[[ inputs.a ]]", """{"k":3}""")]
    [InlineData("~", "a: {default: d}", "k: $[[ inputs.a ]]", """{"k":"d"}""")]
    [InlineData("{}", "a: ", "k: 1", "`a.yml`: `a` input: required value has not been provided")]
    [InlineData("{b: 1}", "a: {default: d}", "k: 1", "`a.yml`: unknown input arguments: b")]
    [InlineData("[x]", "a: {default: d}", "k: 1", "`a.yml`: Given inputs must be a hash")]
    [InlineData(
        "{a: n}",
        "a: {options: [x, y]}",
        "k: 1",
        "`a.yml`: `a` input: `n` cannot be used because it is not in the list of allowed options"
    )]
    public void An_include_gives_inputs(string inputs, string specs, string body, string result) =>
        Assert.Equal(result, Load($"include: {{local: a.yml, inputs: {inputs}}}", WithInputs(specs, body)));

    [Fact]
    public void One_file_may_be_included_twice_with_other_inputs()
    {
        var root = "include:\n- {local: a.yml, inputs: {n: one}}\n- {local: a.yml, inputs: {n: two}}\n";
        Assert.Equal(
            """{"one-job":{"script":"one"},"two-job":{"script":"two"}}""",
            Load(root, WithInputs("n: ", "$[[ inputs.n ]]-job: {script: '$[[ inputs.n ]]'}"))
        );
    }

    [Fact]
    public void A_value_that_is_named_too_often_is_refused()
    {
        var body = string.Concat(Enumerable.Repeat("- x$[[ inputs.a ]]\n", 40_000));
        Assert.Equal("config too large", Load(WithInputs($"a: {{default: {new string('v', 1_000)}}}", "k:\n" + body)));
        var list = string.Join(", ", Enumerable.Repeat("1", 10_000));
        Assert.Equal(
            "config too large",
            Load(
                WithInputs(
                    $"a: {{type: array, default: [{list}]}}",
                    "k:\n" + string.Concat(Enumerable.Repeat("- '$[[ inputs.a ]]'\n", 1_000))
                )
            )
        );
    }

    [Theory]
    [InlineData("include: a.yml", "inputs: {a: {default: x}}", """{"k":"x"}""")]
    [InlineData("include: [{local: a.yml}], inputs: {b: {default: y}}", "inputs: {a: {default: x}}", """{"k":"x"}""")]
    [InlineData("include: ~, inputs: {a: {default: y}}", "", """{"k":"y"}""")]
    [InlineData(
        "include: a.yml, inputs: {a: {default: y}}",
        "inputs: {a: {default: x}}",
        "Duplicate input keys found: a. Input keys must be unique across all included files and inline specifications."
    )]
    [InlineData("include: a.yml", "inputs: {a: {default: x}}\njob: {}", "Header include file `a.yml` contains unknown keys: [:job]")]
    [InlineData("include: a.yml", "a: b: c", "`a.yml`: (<unknown>): mapping values are not allowed in this context at line 1 column 5")]
    [InlineData("include: b.yml", "", "Local file `b.yml` does not exist!")]
    [InlineData(
        "include: {template: b.yml}",
        "",
        "`{\"template\":\"b.yml\"}` does not have a valid subkey for header include. Valid subkeys are: `local`, `remote`, `project`"
    )]
    public void The_header_may_include_inputs(string spec, string included, string result) =>
        Assert.Equal(result, Load($"spec: {{{spec}}}\n---\nk: $[[ inputs.a ]]\n", included));
}
