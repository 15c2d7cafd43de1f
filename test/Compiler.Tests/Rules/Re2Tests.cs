using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

public sealed class Re2Tests
{
    [Theory]
    [InlineData("^main$", "", "main", true)]
    [InlineData("^main$", "", "main\n", false)]
    [InlineData("^b$", "", "a\nb\nc", false)]
    [InlineData("^b$", "m", "a\nb\nc", true)]
    [InlineData("(?m)^b$", "", "a\nb\nc", true)]
    [InlineData("\\Ab\\z", "m", "a\nb", false)]
    [InlineData("a.b", "", "a\nb", false)]
    [InlineData("a.b", "s", "a\nb", true)]
    [InlineData("a.b", "", "a\rb", true)]
    [InlineData("MAIN", "", "main", false)]
    [InlineData("MAIN", "i", "main", true)]
    [InlineData("(?i)MAIN", "", "main", true)]
    [InlineData("a(?i)b", "", "aB", true)]
    [InlineData("a(?i)b", "", "AB", false)]
    [InlineData("(a(?i)b)c", "", "aBc", true)]
    [InlineData("(a(?i)b)c", "", "aBC", false)]
    [InlineData("(?i:a)b", "", "Ab", true)]
    [InlineData("(?i:a)b", "", "AB", false)]
    [InlineData("(?i-i:a)b", "", "Ab", false)]
    [InlineData("\\d+", "", "12", true)]
    [InlineData("\\d", "", "٣", false)]
    [InlineData("\\w", "", "é", false)]
    [InlineData("\\W", "", "é", true)]
    [InlineData("[^\\W]", "", "é", false)]
    [InlineData("[\\D]", "", "5", false)]
    [InlineData("\\s", "", "\v", false)]
    [InlineData("[[:space:]]", "", "\v", true)]
    [InlineData("[[:^digit:]]", "", "5", false)]
    [InlineData("[[:^digit:]]", "", "x", true)]
    [InlineData("[[:alpha:]_]+$", "", "ab_", true)]
    [InlineData("[]a]", "", "]", true)]
    [InlineData("[^]a]", "", "]", false)]
    [InlineData("[a-]", "", "-", true)]
    [InlineData("[a\\-z]", "", "b", false)]
    [InlineData("[.]", "", "x", false)]
    [InlineData("[a&&b]", "", "&", true)]
    [InlineData("[a-z-[b]]", "", "b]", true)]
    [InlineData("\\pL+", "", "é", true)]
    [InlineData("\\PL", "", "é", false)]
    [InlineData("\\p{^L}", "", "é", false)]
    [InlineData("[\\p{Lu}]", "", "É", true)]
    [InlineData("\\x41", "", "A", true)]
    [InlineData("\\x{1F600}", "", "😀", true)]
    [InlineData("😀+$", "", "😀😀", true)]
    [InlineData("[😀]", "", "😀", true)]
    [InlineData("\\101", "", "A", true)]
    [InlineData("\\012", "", "\n", true)]
    [InlineData("\\Qa.b*\\E+", "", "a.b**", true)]
    [InlineData("\\Qa.b", "", "axb", false)]
    [InlineData("\\Q(|)\\E$", "", "(|)", true)]
    [InlineData("a{2}", "", "aa", true)]
    [InlineData("^a{2,3}$", "", "aaaa", false)]
    [InlineData("^a{2,}$", "", "aaaa", true)]
    [InlineData("a{,2}", "", "a{,2}", true)]
    [InlineData("a{x}", "", "a{x}", true)]
    [InlineData("a{", "", "a{", true)]
    [InlineData("x*", "", "", true)]
    [InlineData("(?P<name>a)b", "", "ab", true)]
    [InlineData("(?<name>a)b", "", "ab", true)]
    [InlineData("a|b|", "", "", true)]
    [InlineData("()", "", "", true)]
    [InlineData("^*a", "", "a", true)]
    [InlineData("\\bfoo\\b", "", "a foo b", true)]
    [InlineData("a b#c", "", "a b#c", true)]
    [InlineData("}", "", "}", true)]
    [InlineData("]", "", "]", true)]
    public void A_pattern_finds_what_RE2_finds(string pattern, string flags, string text, bool found)
    {
        var regex = Re2.Compile(pattern, flags);
        Assert.NotNull(regex);
        Assert.Equal(found, regex.IsMatch(text));
        Assert.Equal(found, Re2.Translate(pattern, flags)!.Build(RegexOptions.None)!.IsMatch(text));
    }

    [Theory]
    [InlineData("a(?=b)")]
    [InlineData("a(?!b)")]
    [InlineData("(?<=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData("(?>a)")]
    [InlineData("(a)\\1")]
    [InlineData("(?P<n>a)(?P=n)")]
    [InlineData("\\k<n>")]
    [InlineData("\\Z")]
    [InlineData("\\G")]
    [InlineData("\\e")]
    [InlineData("\\h")]
    [InlineData("\\u0041")]
    [InlineData("\\_")]
    [InlineData("a**")]
    [InlineData("a++")]
    [InlineData("a{2}{3}")]
    [InlineData("*a")]
    [InlineData("(*a)")]
    [InlineData("a|*")]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("[z-a]")]
    [InlineData("[\\b]")]
    [InlineData("[[:nope:]]")]
    [InlineData("\\p{Nope}")]
    [InlineData("\\p{L")]
    [InlineData("\\p")]
    [InlineData("\\")]
    [InlineData("\\x")]
    [InlineData("\\x4")]
    [InlineData("\\x{}")]
    [InlineData("\\x{110000}")]
    [InlineData("\\8")]
    [InlineData("(?)")]
    [InlineData("(?i-)")]
    [InlineData("(?x)a")]
    [InlineData("(?#comment)")]
    [InlineData("(?P<>a)")]
    [InlineData("a{1001}")]
    [InlineData("(a{100}){100}")]
    [InlineData("a{3,2}")]
    public void What_RE2_does_not_know_is_refused(string pattern) => Assert.False(Re2.IsValid(pattern));

    [Theory]
    [InlineData("Lu", 'A')]
    [InlineData("Ll", 'a')]
    [InlineData("Lt", '\u01C5')]
    [InlineData("Lm", '\u02B0')]
    [InlineData("Lo", '\u05D0')]
    [InlineData("Mn", '\u0301')]
    [InlineData("Mc", '\u0903')]
    [InlineData("Me", '\u20DD')]
    [InlineData("Nd", '5')]
    [InlineData("Nl", '\u2167')]
    [InlineData("No", '\u00BD')]
    [InlineData("Pc", '_')]
    [InlineData("Pd", '-')]
    [InlineData("Ps", '(')]
    [InlineData("Pe", ')')]
    [InlineData("Pi", '\u00AB')]
    [InlineData("Pf", '\u00BB')]
    [InlineData("Po", '!')]
    [InlineData("Sm", '+')]
    [InlineData("Sc", '$')]
    [InlineData("Sk", '^')]
    [InlineData("So", '\u00A9')]
    [InlineData("Zs", ' ')]
    [InlineData("Zl", '\u2028')]
    [InlineData("Zp", '\u2029')]
    [InlineData("Cc", '\u0001')]
    [InlineData("Cf", '\u00AD')]
    [InlineData("Cs", '\uD800')]
    [InlineData("Co", '\uE000')]
    public void A_category_takes_its_characters_and_so_does_its_first_letter(string name, char member)
    {
        var text = member.ToString();
        foreach (var category in (string[])[name, name[..1]])
        {
            Assert.Matches(Re2.Compile($"^\\p{{{category}}}$")!, text);
            Assert.Matches(Re2.Compile($"^[\\p{{{category}}}]$")!, text);
            Assert.DoesNotMatch(Re2.Compile($"^\\P{{{category}}}$")!, text);
            Assert.DoesNotMatch(Re2.Compile($"^[\\p{{^{category}}}]$")!, text);
        }

        Assert.False(Re2.IsValid($"\\p{{{name}x}}"));
    }

    [Theory]
    [InlineData("alnum", "aZ0", "_-é")]
    [InlineData("alpha", "aZ", "0@[`{")]
    [InlineData("ascii", "\0~", "\u0080é")]
    [InlineData("blank", " \t", "\nx")]
    [InlineData("cntrl", "\0\u001F\u007F", " x")]
    [InlineData("digit", "09", "/:")]
    [InlineData("graph", "!~", " \u007F")]
    [InlineData("lower", "az", "`{A")]
    [InlineData("print", " ~", "\u001F\u007F")]
    [InlineData("punct", "!/:@[`{~", "09AZaz ")]
    [InlineData("space", "\t\n\v\f\r ", "x\b")]
    [InlineData("upper", "AZ", "@[a")]
    [InlineData("word", "a_Z0", "-`{@[")]
    [InlineData("xdigit", "09afAF", "gG`@")]
    public void A_posix_class_takes_its_characters_and_no_others(string name, string members, string others)
    {
        var (plain, negated) = (Re2.Compile($"^[[:{name}:]]$")!, Re2.Compile($"^[[:^{name}:]]$")!);
        foreach (var member in members)
            Assert.Equal((true, false), (plain.IsMatch(member.ToString()), negated.IsMatch(member.ToString())));
        foreach (var other in others)
            Assert.Equal((false, true), (plain.IsMatch(other.ToString()), negated.IsMatch(other.ToString())));
    }

    [Theory]
    [InlineData("\\d", "09", "/:a")]
    [InlineData("\\D", "/:a\uFFFF", "09")]
    [InlineData("\\s", "\t\n\f\r ", "\vx")]
    [InlineData("\\S", "\vx!\b\u000E", "\t\n\f\r ")]
    [InlineData("\\w", "09AZ_az", "/:@[^`{")]
    [InlineData("\\W", "/:@[^`{é", "09AZ_az")]
    public void A_letter_class_takes_its_characters_inside_a_class_too(string letter, string members, string others)
    {
        foreach (var pattern in (string[])[$"^{letter}$", $"^[{letter}]$", $"^[é{letter}]$"])
        {
            var regex = Re2.Compile(pattern)!;
            Assert.All(members, member => Assert.Matches(regex, member.ToString()));
            Assert.All(others, other => Assert.DoesNotMatch(regex, other.ToString()));
        }
    }

    [Theory]
    [InlineData("[a-c]", "abc", "`d-")]
    [InlineData("[^a-c]", "`d", "abc")]
    [InlineData("[a-cx-z]", "abcxyz", "dw-")]
    [InlineData("[]-a]", "]^_`a", "\\b")]
    [InlineData("[a\\]b]", "a]b", "\\c")]
    [InlineData("[\\x41-\\x43]", "ABC", "@D")]
    [InlineData("[\\x{41}-\\x{43}]", "ABC", "@D")]
    [InlineData("[\\101-\\103]", "ABC", "@D")]
    [InlineData("[\\n\\t]", "\n\t", "nt")]
    [InlineData("[\\-\\]]", "-]", "\\")]
    [InlineData("[[]", "[", "]")]
    [InlineData("[[:alpha:]-]", "a-", "0")]
    [InlineData("[\\p{Any}]", "a\n", "")]
    public void A_class_takes_its_ranges(string pattern, string members, string others)
    {
        var regex = Re2.Compile($"^{pattern}$")!;
        Assert.All(members, member => Assert.Matches(regex, member.ToString()));
        Assert.All(others, other => Assert.DoesNotMatch(regex, other.ToString()));
    }

    [Fact]
    public void Ten_thousand_characters_are_the_limit()
    {
        Assert.True(Re2.IsValid(new string('a', 10_000)));
        Assert.False(Re2.IsValid(new string('a', 10_001)));
    }

    [Theory]
    [InlineData("(a+)+$", 50_000)]
    [InlineData("(a|a)*b", 50_000)]
    [InlineData("(a|aa)+$", 50_000)]
    [InlineData("(.*a){12}$", 2_000)]
    [InlineData("(\\w+\\s?)*!$", 50_000)]
    public void Evil_patterns_take_linear_time(string pattern, int length)
    {
        var regex = Re2.Compile(pattern);
        Assert.NotNull(regex);
        Assert.DoesNotMatch(regex, new string('a', length) + "!x");
    }

    [Theory]
    [InlineData("^v\\d+\\.\\d+\\.\\d+$", 20, false)]
    [InlineData("^(main|release/.*)$", 100, false)]
    [InlineData("^v\\d+\\.\\d+\\.\\d+$", 1000, true)]
    [InlineData(".*.*.*.*.*=", 20, true)]
    [InlineData("(a+)+$", 5, true)]
    [InlineData("(a|a)*$", 5, true)]
    [InlineData("(a?){2}", 5, true)]
    [InlineData("(abc)+", 900, false)]
    [InlineData("main", 100_000, false)]
    public void The_linear_engine_is_taken_where_the_other_could_take_long(string pattern, int textLength, bool linear) =>
        Assert.Equal(linear, Re2.Translate(pattern, "")!.EngineFor(textLength) == RegexOptions.NonBacktracking);

    [Fact]
    public void Deep_nesting_is_refused_and_not_followed() => Assert.False(Re2.IsValid(new string('(', 4000) + new string(')', 4000)));

    [Theory]
    [InlineData("/main/", "main", "main")]
    [InlineData("/main/i", "(?i)main", null)]
    [InlineData("/a/b/", "a/b", null)]
    [InlineData("//", "", null)]
    [InlineData("/./", ".", null)]
    [InlineData("first\n/second/\nthird", "second", null)]
    [InlineData("main", null, null)]
    [InlineData("/", null, null)]
    [InlineData("/a/x", null, null)]
    [InlineData(" /a/", null, null)]
    [InlineData("/(/", null, null)]
    public void A_text_between_slashes_is_a_pattern(string text, string? source, string? matching)
    {
        var pattern = RegexPattern.Parse(text);
        Assert.Equal(source, pattern?.Source);
        if (matching is not null)
            Assert.True(new PatternCache().IsMatch(pattern!, matching));
    }
}
