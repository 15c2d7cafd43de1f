using FsCheck;
using FsCheck.Fluent;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Yaml;

public sealed class YamlWriterTests
{
    private static readonly Position s_at = new("f", 1, 1);

    [Fact]
    public void A_configuration_is_written_in_Psychs_manner()
    {
        var text = """
            stages: [build, test]
            variables: {A: "yes", B: yes, C: "012", D: 012, E: 1.10, F: "a: b", G: , H: "it's", I: "", J: "2024-01-01", K: ":x", L: "a\tb", M: .inf}
            .empty: {}
            "on": []
            job:
              script:
                - echo a
                - |
                  two
                    lines
                - |-
                  no end
                  here
                - - nested
                  - list
              rules:
                - if: $CI_COMMIT_TAG
                  when: never
                - {}
            """;
        var expected = """
            ---
            stages:
            - build
            - test
            variables:
              A: 'yes'
              B: true
              C: '012'
              D: 10
              E: 1.1
              F: 'a: b'
              G:
              H: it's
              I: ''
              J: '2024-01-01'
              K: ':x'
              L: "a\tb"
              M: .inf
            .empty: {}
            'on': []
            job:
              script:
              - echo a
              - |
                two
                  lines
              - |-
                no end
                here
              - - nested
                - list
              rules:
              - if: $CI_COMMIT_TAG
                when: never
              - {}

            """;
        Assert.Equal(expected, YamlWriter.Write(YamlFile.Read("f", text, new DiagnosticBag())!.Body));
    }

    [Fact]
    public void An_empty_configuration_is_written_as_an_empty_map() =>
        Assert.Equal("--- {}\n", YamlWriter.Write(new ConfigMapping(s_at, [])));

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(50);
        Check.One(config, Prop.ForAll(Roots().ToArbitrary(), ReadsBackTheSame));
    }

    [Theory]
    [InlineData("<<")]
    [InlineData("a\n\nb\n\n\n")]
    [InlineData("\n\n a")]
    [InlineData(" \n\ta\n ")]
    [InlineData("a\n   \nb")]
    [InlineData("\t\n\ta")]
    [InlineData("\n")]
    [InlineData("a\u2028b\u0085c\n")]
    [InlineData("--- a")]
    [InlineData("...")]
    [InlineData("\ud83d\ude80\n\ud83d\ude80")]
    [InlineData("a\r\nb\r\n")]
    public void Strange_texts_read_back_the_same_as_key_and_as_value(string text)
    {
        var scalar = new ConfigScalar(s_at, ScalarKind.String, text);
        var list = new ConfigSequence(
            s_at,
            [scalar, new ConfigSequence(s_at, [scalar]), new ConfigMapping(s_at, [new ConfigEntry(text, s_at, scalar)])]
        );
        Assert.True(ReadsBackTheSame(new ConfigMapping(s_at, [new ConfigEntry(text, s_at, scalar), new ConfigEntry("k", s_at, list)])));
        Assert.True(ReadsBackTheSame(new ConfigMapping(s_at, [new ConfigEntry(text, s_at, list)])));
    }

    [Fact]
    public void A_key_of_two_thousand_characters_reads_back() =>
        Assert.True(
            ReadsBackTheSame(
                new ConfigMapping(s_at, [new ConfigEntry(new string('k', 2_000), s_at, new ConfigScalar(s_at, ScalarKind.Integer, "1"))])
            )
        );

    private static bool ReadsBackTheSame(ConfigMapping root) =>
        ReadsBackTheSame(root, comments: null)
        && ReadsBackTheSame(root, new YamlComments((_, entry) => $"'{entry.At}: # |", (_, _, at) => at.Line == 1 ? $"\"{at}, - x" : null));

    private static bool ReadsBackTheSame(ConfigMapping root, YamlComments? comments)
    {
        var written = YamlWriter.Write(root, comments)!;
        var bag = new DiagnosticBag();
        var read = YamlFile.Read("f", written, bag);
        if (read is not null && NodeText.Of(read.Body) == NodeText.Of(root))
            return true;
        throw new InvalidOperationException(
            $"{written}\n{NodeText.Of(root)}\n{(read is null ? bag.ToImmutable()[0].ToString() : NodeText.Of(read.Body))}"
        );
    }

    private static Gen<ConfigMapping> Roots() => Gen.Sized(size => Mappings(Math.Min(size / 12, 4)));

    private static Gen<ConfigMapping> Mappings(int depth) =>
        from keys in Texts().ListOf()
        from values in Nodes(depth).ListOf(keys.Distinct().Count())
        select new ConfigMapping(s_at, [.. keys.Distinct().Zip(values, (key, value) => new ConfigEntry(key, s_at, value))]);

    private static Gen<ConfigNode> Nodes(int depth)
    {
        var scalars = Gen.OneOf(Texts().Select(text => (ConfigNode)new ConfigScalar(s_at, ScalarKind.String, text)), Typed());
        if (depth == 0)
            return scalars;
        var lists = Nodes(depth - 1).ListOf().Select(items => (ConfigNode)new ConfigSequence(s_at, items));
        return Gen.OneOf(scalars, lists, Mappings(depth - 1).Select(mapping => (ConfigNode)mapping));
    }

    private static Gen<ConfigNode> Typed() =>
        Gen.Elements("~", "true", "no", "12", "-3", "1.5", "1.0e+20", ".inf", "-.inf", "1:30")
            .Select(text => PlainScalar.Read(text))
            .Select(typed => (ConfigNode)new ConfigScalar(s_at, typed.Kind, typed.Text));

    private static Gen<string> Texts() =>
        Gen.Elements(
                "a",
                "b",
                "yes",
                "12",
                " ",
                "\n",
                "\t",
                ": ",
                ":",
                "#",
                " #",
                "-",
                "- ",
                "?",
                "'",
                "\"",
                "\\",
                "|",
                ">",
                "%",
                "@",
                "&",
                "*",
                "!",
                "<<",
                "[",
                "]",
                "{",
                "}",
                ",",
                "é",
                "~",
                ".",
                "=",
                "\r",
                "\u2028",
                "🚀",
                "\u0001",
                "0x1",
                "2024-01-01"
            )
            .ListOf()
            .Select(parts => string.Concat(parts));
}
