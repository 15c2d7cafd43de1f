using System.Text;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Yaml;

public sealed class YamlFileTests
{
    [Theory]
    [InlineData("a: 1", null, "{S<a>:I<1>,}")]
    [InlineData("", null, "{}")]
    [InlineData("# nothing\n", null, "{}")]
    [InlineData("---\na: 1\n", null, "{S<a>:I<1>,}")]
    [InlineData("--- # body\na: 1\n", null, "{S<a>:I<1>,}")]
    [InlineData("--- {a: 1}\n", null, "{S<a>:I<1>,}")]
    [InlineData("# x\n---\na: 1\n", null, "{S<a>:I<1>,}")]
    [InlineData("a: 1\n---\n", null, "{S<a>:I<1>,}")]
    [InlineData("a: 1\n---", null, "{S<a>:I<1>,}")]
    [InlineData("spec: {x: 1}\n---\na: 1\n", "{S<spec>:{S<x>:I<1>,},}", "{S<a>:I<1>,}")]
    [InlineData("spec:\n---\na: 1\n", "{S<spec>:N,}", "{S<a>:I<1>,}")]
    [InlineData("---\nspec: {x: 1}\n---\na: 1\n", "{S<spec>:{S<x>:I<1>,},}", "{S<a>:I<1>,}")]
    [InlineData("---\r\nspec: {x: 1}\r\n---\r\na: 1\r\n", "{S<spec>:{S<x>:I<1>,},}", "{S<a>:I<1>,}")]
    [InlineData("spec: {x: 1}\n--- {a: 1}\n", "{S<spec>:{S<x>:I<1>,},}", "{S<a>:I<1>,}")]
    [InlineData("spec: {x: 1}\n", null, "{S<spec>:{S<x>:I<1>,},}")]
    [InlineData("a: 1\n---\nb: 1\n", null, "{S<a>:I<1>,}")]
    [InlineData("spec: {x: 1}\n---\na: 1\n---\nb: 1\n---\nc: 1\n", "{S<spec>:{S<x>:I<1>,},}", "{S<b>:I<1>,}")]
    [InlineData("---\nspec: {x: 1}\n---\na: 1\n---\nb: 1\n", "{S<spec>:{S<x>:I<1>,},}", "{S<a>:I<1>,}")]
    [InlineData("\uFEFFa: 1\nb: 2", null, "{S<a>:I<1>,S<b>:I<2>,}")]
    [InlineData("a: b---\nc: ---x\n", null, "{S<a>:S<b--->,S<c>:S<---x>,}")]
    public void A_file_is_cut_into_header_and_body(string text, string? header, string body)
    {
        var bag = new DiagnosticBag();
        var file = YamlFile.Read("f.yml", text, bag);
        Assert.Empty(bag.ToImmutable());
        Assert.Equal(header, file!.Header is null ? null : NodeText.Of(file.Header));
        Assert.Equal(body, NodeText.Of(file.Body));
    }

    [Theory]
    [InlineData("- a", "Invalid configuration format", 1, 1)]
    [InlineData("a", "Invalid configuration format", 1, 1)]
    [InlineData("--- \n\n  12", "Invalid configuration format", 3, 3)]
    [InlineData("spec:\n---\n- a", "Invalid configuration format", 3, 1)]
    [InlineData("a: 1\nb: c: d", "(<unknown>): mapping values are not allowed in this context at line 2 column 5", 2, 5)]
    [InlineData("a:\n  b: 1\n c: 2", "(<unknown>): did not find expected key while parsing a block mapping at line 1 column 1", 3, 2)]
    [InlineData("a: [1,\nb: 2", "(<unknown>): did not find expected ',' or ']' while parsing a flow sequence at line 1 column 4", 3, 1)]
    [InlineData("a: \"b", "(<unknown>): found unexpected end of stream while scanning a quoted scalar at line 1 column 4", 1, 6)]
    [InlineData(
        "a:\n\tb: 1",
        "(<unknown>): found character that cannot start any token while scanning for the next token at line 2 column 1",
        2,
        1
    )]
    [InlineData("spec:\n---\na: *b", "Unknown alias: b", 3, 4)]
    [InlineData(
        "spec:\n---\n\n  a: 1\nb: [",
        "(<unknown>): did not find expected node content while parsing a flow node at line 6 column 1",
        6,
        1
    )]
    [InlineData("a: 1\nb: x\u0001y", "(<unknown>): control characters are not allowed at line 2 column 5", 2, 5)]
    [InlineData("a: 1\n\0\0\0", "(<unknown>): control characters are not allowed at line 2 column 1", 2, 1)]
    [InlineData("a: !reference [b, 1]", "!reference [\"b\", 1] is not valid", 1, 15)]
    [InlineData("a: !reference {b: [~, c]}", "!reference {\"b\"=>[nil, \"c\"]} is not valid", 1, 15)]
    [InlineData("a: {{ b }}", "a key must be a string", 1, 5)]
    [InlineData("a: &x [*x]", "The parsed YAML is too big", 1, 8)]
    public void A_mistake_is_told_with_its_place(string text, string message, int line, int column)
    {
        var bag = new DiagnosticBag();
        Assert.Null(YamlFile.Read("f.yml", text, bag));
        var diagnostic = Assert.Single(bag.ToImmutable());
        Assert.Equal(message, diagnostic.Message);
        Assert.Equal(new Position("f.yml", line, column), diagnostic.At);
        Assert.Equal(Severity.Error, diagnostic.Severity);
    }

    // Bytes in hexadecimal behind a text; the place is that of the first byte of the sequence that is wrong.
    [Theory]
    [InlineData("", "FC 61", "invalid leading UTF-8 octet", 1, 1)]
    [InlineData("a: 1\nb: gr", "80", "invalid leading UTF-8 octet", 2, 6)]
    [InlineData("a: 1\nb: gr", "FC 6E", "invalid leading UTF-8 octet", 2, 6)]
    [InlineData("b: gr", "C3 28", "invalid trailing UTF-8 octet", 1, 6)]
    [InlineData("b: gr", "E2 82 28", "invalid trailing UTF-8 octet", 1, 6)]
    [InlineData("b: gr", "F0 9F 98 28", "invalid trailing UTF-8 octet", 1, 6)]
    [InlineData("b: gr", "E2 82", "incomplete UTF-8 octet sequence", 1, 6)]
    [InlineData("b: gr", "C0 80", "invalid length of a UTF-8 sequence", 1, 6)]
    [InlineData("b: gr", "E0 80 80", "invalid length of a UTF-8 sequence", 1, 6)]
    [InlineData("b: gr", "ED A0 80", "invalid Unicode character", 1, 6)]
    [InlineData("b: gr", "F5 80 80 80", "invalid Unicode character", 1, 6)]
    [InlineData("b: \U0001F600é ", "FF 01", "invalid leading UTF-8 octet", 1, 8)]
    public void Bytes_that_are_no_text_are_told_with_their_place(string text, string bytes, string words, int line, int column)
    {
        var bag = new DiagnosticBag();
        byte[] file = [.. Encoding.UTF8.GetBytes(text), .. Convert.FromHexString(bytes.Replace(" ", ""))];
        Assert.Null(YamlFile.Read("f.yml", ProjectTree.TextOf(file), bag));
        var diagnostic = Assert.Single(bag.ToImmutable());
        Assert.Equal($"(<unknown>): {words} at line {line} column {column}", diagnostic.Message);
        Assert.Equal(new Position("f.yml", line, column), diagnostic.At);
    }

    [Fact]
    public void Every_text_comes_back_from_its_bytes()
    {
        const string text = "a: \U0001F600é\0\uFFFD\uFFFF\r\n";
        Assert.Equal(text, ProjectTree.TextOf(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, ProjectTree.TextOf([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)]));
        Assert.Equal(text, ProjectTree.TextOf([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)]));
    }

    [Fact]
    public void Half_a_character_is_no_text()
    {
        var bag = new DiagnosticBag();
        Assert.Null(YamlFile.Read("f.yml", "a: \ud83d", bag));
        Assert.Equal("(<unknown>): invalid Unicode character at line 1 column 4", Assert.Single(bag.ToImmutable()).Message);
    }

    [Fact]
    public void Several_mistakes_of_meaning_are_told_in_one_pass()
    {
        var bag = new DiagnosticBag();
        YamlFile.Read("f.yml", "anchor: &one x\na: *ome\nb: 2024-01-01\nc: !reference []\n", bag);
        Assert.Equal(
            ["Unknown alias: ome", "Tried to load unspecified class: Date", "!reference [] is not valid"],
            bag.ToImmutable().Select(d => d.Message)
        );
        Assert.Equal("Did you mean one?", bag.ToImmutable()[0].Help);
    }

    [Fact]
    public void Nodes_know_where_they_stand()
    {
        var file = YamlFile.Read("f.yml", "spec:\n---\n\na:\n  - b: c\n    d: [e,\n      f]\n", new DiagnosticBag())!;
        var list = (ConfigSequence)file.Body["a"]!;
        var map = (ConfigMapping)list.Items[0];
        Assert.Equal(new Position("f.yml", 4, 1), file.Body.Entry("a")!.Value.At);
        Assert.Equal(new Position("f.yml", 5, 3), list.At);
        Assert.Equal(new Position("f.yml", 5, 5), map.At);
        Assert.Equal(new Position("f.yml", 6, 5), map.Entry("d")!.Value.At);
        Assert.Equal(new Position("f.yml", 6, 8), map["d"]!.At);
        Assert.Equal(new Position("f.yml", 7, 7), ((ConfigSequence)map["d"]!).Items[1].At);
    }

    [Fact]
    public void What_stands_left_of_the_first_line_is_ignored_as_Psych_does_but_said()
    {
        var bag = new DiagnosticBag();
        var file = YamlFile.Read("f.yml", " a: 1\nb: 2\n", bag);
        Assert.Equal("{S<a>:I<1>,}", NodeText.Of(file!.Body));
        var warning = Assert.Single(bag.ToImmutable());
        Assert.Equal((Severity.Warning, new Position("f.yml", 2, 1)), (warning.Severity, warning.At));
    }
}
