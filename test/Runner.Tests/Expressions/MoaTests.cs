using System.Text.Json;
using FsCheck.Fluent;
using Slipway.Runner.Expressions;
using Xunit;

namespace Slipway.Runner.Tests.Expressions;

/// <summary>From https://docs.gitlab.com/ci/functions/moa/</summary>
public sealed class MoaTests
{
    private const string Inputs = """
        {"job": {"inputs": {"name": "Sally", "env": "production", "replicas": 3, "half": 0.5, "on": true, "off": false, "empty": "",
          "list": ["a", 1, true, null], "none": null, "my-input": "dashed", "code": "${{ job.inputs.name }}"}}}
        """;

    private static string Expand(string text)
    {
        using var json = JsonDocument.Parse(Inputs);
        var names = json.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => MoaValue.From(entry.Value));
        return new MoaEvaluation(names).Expand(text);
    }

    [Theory]
    [InlineData("echo hello", "echo hello")]
    [InlineData("echo $HOME ${HOME} $(x) {{ y }}", "echo $HOME ${HOME} $(x) {{ y }}")]
    [InlineData("Hello, ${{ job.inputs.name }}!", "Hello, Sally!")]
    [InlineData("${{job.inputs.name}}${{ job.inputs.env }}", "Sallyproduction")]
    [InlineData("${{ job.inputs.replicas }} ${{ job.inputs.half }} ${{ job.inputs.on }}", "3 0.5 true")]
    [InlineData("${{ job.inputs[\"my-input\"] }}", "dashed")]
    [InlineData("${{ job.inputs.list }}", "[\"a\",1,true,null]")]
    [InlineData("${{ job.inputs.list[1] }}", "1")]
    [InlineData("${{ {b: 1, (job.inputs.name): [2,],} }}", "{\"Sally\":[2],\"b\":1}")]
    [InlineData("${{ job.inputs.none }} ${{ str(null) }}", "<null> <null>")]
    // Not a second time: a value is not looked at again.
    [InlineData("${{ job.inputs.code }}", "${{ job.inputs.name }}")]
    [InlineData("Use \\${{ to start, ${{ job.inputs.name }}", "Use ${{ to start, Sally")]
    [InlineData("\\\\x", "\\\\x")]
    public void Values_go_into_texts(string text, string expected) => Assert.Equal(expected, Expand(text));

    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("10 - 4 - 3", "3")]
    [InlineData("10 / 4", "2.5")]
    [InlineData("-7 % 3", "-1")]
    [InlineData("10 % 3", "1")]
    [InlineData("1.5e3 + 2E-1", "1500.2")]
    [InlineData("--5 - +5", "0")]
    [InlineData("\"a\" + 'b'", "ab")]
    [InlineData("1 == 1.0", "true")]
    [InlineData("1 == \"1\"", "false")]
    [InlineData("null == null", "true")]
    [InlineData("\"b\" > \"a\"", "true")]
    [InlineData("\"B\" > \"a\"", "false")]
    [InlineData("false < true", "true")]
    [InlineData("[1, 2] < [1, 3]", "true")]
    [InlineData("[1] < [1, 3]", "true")]
    [InlineData("{a: 1} == {\"a\": 1}", "true")]
    [InlineData("{a: 1, b: 2} == {b: 2, a: 1}", "true")]
    [InlineData("{a: 2} > {b: 1}", "false")]
    [InlineData("3 >= 3 && 2 <= 2", "true")]
    [InlineData("1 != 2 == true", "true")]
    [InlineData("!true || !\"\"", "true")]
    [InlineData("job.inputs.empty || \"default\"", "default")]
    [InlineData("job.inputs.name && 5", "5")]
    [InlineData("0 && nonsense", "0")]
    [InlineData("1 || nonsense", "1")]
    [InlineData("[] || {} || 0 || null || false || \"end\"", "end")]
    [InlineData("job.inputs.env == \"production\" && \"stable\" || \"latest\"", "stable")]
    [InlineData("job.inputs.off && \"-v\" || \"\"", "")]
    [InlineData("str(job.inputs.replicas + 1) + \".0\"", "4.0")]
    [InlineData("num(\"3.14\") * 2", "6.28")]
    [InlineData("bool(\"\")", "false")]
    [InlineData("bool([0])", "true")]
    [InlineData("\"a\\n\\u0041\\\"\\/\"", "a\nA\"/")]
    [InlineData("'It\\'s ${{ raw }} \\n'", "It's ${{ raw }} \\n")]
    [InlineData("\"Hi ${{ job.inputs.name + \"!\" }} \\${{ x }}\"", "Hi Sally! ${{ x }}")]
    [InlineData("1e300 * 10", "1E+301")]
    [InlineData("100000000000000", "100000000000000")]
    [InlineData("{a: {b: {c: 1}}}.a.b.c", "1")]
    public void Expressions_come_to_what_the_documentation_says(string expression, string expected) =>
        Assert.Equal(expected, Expand($"${{{{ {expression} }}}}"));

    [Theory]
    [InlineData("job.inputs.nam", "there is no \"nam\" among ")]
    [InlineData("jobs.inputs", "jobs is not known here")]
    [InlineData("job.inputs.name.x", "a string has no x")]
    [InlineData("job.inputs.list[9]", "there is no item 9 in an array of 4")]
    [InlineData("job.inputs.list[-1]", "there is no item -1 in an array of 4")]
    [InlineData("\"hello\" + 42", "+ cannot be used with a string and a number")]
    [InlineData("1 / 0", "division by zero")]
    [InlineData("1 % 0", "division by zero")]
    [InlineData("-\"a\"", "- wants a number, and this is a string")]
    [InlineData("num(\"x\")", "num cannot make a number of a string")]
    [InlineData("num(1, 2)", "num takes one argument, and here are 2")]
    [InlineData("upper(1)", "there is no function upper")]
    [InlineData("{(1): 2}", "a key must be a string, and this is a number")]
    [InlineData("for", "for is a reserved word")]
    [InlineData("", "an expression is missing at character 6")]
    [InlineData("1 +", "an expression is missing")]
    [InlineData("1 2", "} is missing")]
    [InlineData("(1", ") is missing")]
    [InlineData("'a", "the text is not closed")]
    [InlineData("\"a", "the text is not closed")]
    [InlineData("\"\\q\"", "\\q means nothing")]
    [InlineData("\"\\u12\"", "\\u wants four hexadecimal digits")]
    [InlineData("1 }", "}} is missing")]
    public void What_is_wrong_is_said(string expression, string expected) =>
        Assert.Contains(expected, Assert.Throws<MoaException>(() => Expand($"${{{{ {expression} }}}}")).Message);

    [Fact]
    public void An_expression_that_is_not_closed_is_wrong() => Assert.Throws<MoaException>(() => Expand("echo ${{ job.inputs.name"));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("!", "")]
    [InlineData("[", "]")]
    [InlineData("{a:", "}")]
    [InlineData("\"${{", "}}\"")]
    public void Nesting_has_an_end(string open, string close)
    {
        var text =
            "${{ " + string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000)) + " }}";
        Assert.Contains("nested too deep", Assert.Throws<MoaException>(() => Expand(text)).Message);
    }

    [Fact]
    public void A_text_does_not_grow_without_end()
    {
        var names = new Dictionary<string, MoaValue> { ["a"] = new MoaValue.Text(new string('x', 1_000_000)) };
        var text = string.Concat(Enumerable.Repeat("${{ a }}", 100));
        Assert.Contains("too long", Assert.Throws<MoaException>(() => new MoaEvaluation(names).Expand(text)).Message);
    }

    [Fact]
    public void No_text_breaks_the_reader()
    {
        string[] pieces =
        [
            "${{",
            "}}",
            "\\",
            "\"",
            "'",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ".",
            ",",
            ":",
            "job",
            "inputs",
            "name",
            "list",
            "1",
            "0.5",
            "+",
            "-",
            "*",
            "/",
            "%",
            "==",
            "<",
            ">=",
            "&&",
            "||",
            "!",
            "str",
            "null",
            "true",
            " ",
            "\n",
            "x",
            "é",
        ];
        Properties.Hold(
            Gen.Elements(pieces).ListOf().Select(some => string.Concat(some)),
            text =>
            {
                try
                {
                    Expand("${{ " + text);
                    Expand(text);
                }
                catch (MoaException) { }
            }
        );
    }
}
