using Slipway.Runner.Config;
using Xunit;

namespace Slipway.Runner.Tests.Config;

public sealed class TomlReaderTests
{
    [Theory]
    [InlineData("a = 'x\\n'", "x\\n")]
    [InlineData("a = \"x\\n\\u00e9\\\"\"", "x\né\"")]
    [InlineData("a = \"\"\"\nfirst\nsecond\"\"\"", "first\nsecond")]
    [InlineData("a = \"\"\"one \\\n    two\"\"\"", "one two")]
    [InlineData("a = '''\n'quoted' \\ '''", "'quoted' \\ ")]
    [InlineData("a = \"\"\"\"\"\"", "")]
    [InlineData("a = \"\"\"x\"\"\"\"\"", "x\"\"")]
    [InlineData("\"a\" = 'x' # said", "x")]
    public void Strings_of_all_four_kinds_are_read(string text, string expected) => Assert.Equal(expected, Value(text));

    [Theory]
    [InlineData("a = 1_000", 1000L)]
    [InlineData("a = -17", -17L)]
    [InlineData("a = 0xFF", 255L)]
    [InlineData("a = 0o17", 15L)]
    [InlineData("a = 0b101", 5L)]
    [InlineData("a = 1.5", 1.5)]
    [InlineData("a = 5e+2", 500.0)]
    [InlineData("a = true", true)]
    [InlineData("a = false\r\n", false)]
    public void Numbers_and_booleans_are_read(string text, object expected) => Assert.Equal(expected, Value(text));

    [Theory]
    [InlineData("a = 2026-01-02T03:04:05Z")]
    [InlineData("a = 2026-01-02 03:04:05Z")]
    [InlineData("a = 2026-01-02T04:04:05+01:00")]
    public void Instants_are_read(string text) => Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Value(text));

    [Fact]
    public void Tables_lists_of_tables_and_dotted_keys_nest()
    {
        var root = TomlReader.Read(
            """
            top = 1
            [[r]]
            name = "one"
            [r.docker]
            volumes = [
              "/a", # first
              "/b",
            ]
            sub.deep = { x = 1, y = [ { z = 2 } ] }
            [[r]]
            name = "two"
            """
        );
        var list = Assert.IsType<List<object>>(root.Entries["r"].Value);
        Assert.Equal(2, list.Count);
        var docker = Assert.IsType<TomlTable>(((TomlTable)list[0]).Entries["docker"].Value);
        Assert.Equal(["/a", "/b"], Assert.IsType<List<object>>(docker.Entries["volumes"].Value));
        var deep = Assert.IsType<TomlTable>(Assert.IsType<TomlTable>(docker.Entries["sub"].Value).Entries["deep"].Value);
        Assert.Equal(1L, deep.Entries["x"].Value);
        Assert.False(((TomlTable)list[1]).Entries.ContainsKey("docker"));
    }

    [Theory]
    [InlineData("a = ", 1, 5)]
    [InlineData("a = 'x", 1, 7)]
    [InlineData("a = 1\na = 2", 2, 1)]
    [InlineData("[t]\n[t]", 2, 1)]
    [InlineData("a = 012", 1, 5)]
    [InlineData("a = 1__0", 1, 5)]
    [InlineData("= 1", 1, 1)]
    [InlineData("a b = 1", 1, 3)]
    [InlineData("a = [1, 2", 1, 10)]
    [InlineData("a = 1 b = 2", 1, 7)]
    [InlineData("a = \"\\q\"", 1, 8)]
    [InlineData("a = 1\n[a.b]", 2, 1)]
    [InlineData("a = {x = 1}\n[a]\ny = 2", 2, 1)]
    [InlineData("[[a]]\n[a]\n", 2, 1)]
    public void What_is_not_TOML_is_refused_with_its_place(string text, int line, int column)
    {
        var error = Assert.Throws<TomlSyntaxException>(() => TomlReader.Read(text));
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void A_thousand_open_brackets_are_refused_and_not_followed() =>
        Assert.Throws<TomlSyntaxException>(() => TomlReader.Read("a = " + new string('[', 100_000)));

    private static object Value(string text) => TomlReader.Read(text).Entries["a"].Value;
}
