using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

/// <summary>The truth table of gitlab-ci-yaml §8.4 and §8.5, with the corrections of -2.</summary>
public sealed class ExpressionTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["MAIN"] = "main",
        ["OTHER"] = "other",
        ["EMPTY"] = "",
        ["BLANK"] = " \t",
        ["TRUE"] = "true",
        ["FALSE"] = "false",
        ["ZERO"] = "0",
        ["REF"] = "$MAIN",
        ["PATTERN"] = "/^ma/",
        ["PATTERN_I"] = "/^MA/i",
        ["ONE_CHAR"] = "/./",
        ["BAD_PATTERN"] = "/(/",
        ["TEXT"] = "the main road",
        ["LINES"] = "one\ntwo",
        ["A1_b"] = "x",
        ["1st"] = "digit",
    };

    private static bool IsTrue(string text)
    {
        Assert.True(Expression.TryParse(text, out var expression, out var problem), $"{text}: {problem}");
        return expression.IsTrue(name => Variables.GetValueOrDefault(name), new PatternCache());
    }

    [Theory]
    [InlineData("$MAIN", true)]
    [InlineData("$UNDEF", false)]
    [InlineData("$EMPTY", false)]
    [InlineData("$BLANK", false)]
    [InlineData("$FALSE", true)]
    [InlineData("$ZERO", true)]
    [InlineData("$1st", true)]
    [InlineData("\"x\"", true)]
    [InlineData("\"\"", false)]
    [InlineData("' '", false)]
    [InlineData("null", false)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("/ab/", true)]
    public void A_lone_value_is_true_when_present(string text, bool expected) => Assert.Equal(expected, IsTrue(text));

    [Theory]
    [InlineData("$MAIN == \"main\"", true)]
    [InlineData("$MAIN == 'main'", true)]
    [InlineData("$MAIN==\"main\"", true)]
    [InlineData("\"main\" == $MAIN", true)]
    [InlineData("$MAIN == \"Main\"", false)]
    [InlineData("$MAIN != \"main\"", false)]
    [InlineData("$MAIN == $OTHER", false)]
    [InlineData("$UNDEF == \"\"", false)]
    [InlineData("$UNDEF != \"\"", true)]
    [InlineData("$UNDEF == null", true)]
    [InlineData("$EMPTY == null", false)]
    [InlineData("$EMPTY == \"\"", true)]
    [InlineData("$EMPTY != null", true)]
    [InlineData("$UNDEF == $UNDEF2", true)]
    [InlineData("$UNDEF == $EMPTY", false)]
    [InlineData("$REF == $MAIN", false)]
    [InlineData("$REF == '$MAIN'", true)]
    [InlineData("$MAIN == \"$MAIN\"", false)]
    [InlineData("$TRUE == true", true)]
    [InlineData("true == $TRUE", true)]
    [InlineData("$TRUE != true", false)]
    [InlineData("$FALSE == false", true)]
    [InlineData("$MAIN == true", false)]
    [InlineData("$UNDEF == false", false)]
    [InlineData("$UNDEF != true", true)]
    [InlineData("true == true", true)]
    [InlineData("true == false", false)]
    [InlineData("$MAIN == \"main\" == \"true\"", true)]
    [InlineData("$MAIN == \"x\" == \"false\"", true)]
    [InlineData("$MAIN == /main/", false)]
    [InlineData("/main/ == /main/", true)]
    [InlineData("/main/ == /main/i", false)]
    [InlineData("$MAIN == 'it\"s'", false)]
    public void Equality_compares_texts_and_nil(string text, bool expected) => Assert.Equal(expected, IsTrue(text));

    [Theory]
    [InlineData("$EMPTY || $MAIN", false)]
    [InlineData("$EMPTY && $MAIN", true)]
    [InlineData("$UNDEF || $MAIN", true)]
    [InlineData("$UNDEF && $MAIN", false)]
    [InlineData("$MAIN && $EMPTY", false)]
    [InlineData("$MAIN || $UNDEF", true)]
    [InlineData("$UNDEF || $EMPTY", false)]
    [InlineData("$UNDEF || $UNDEF", false)]
    [InlineData("($EMPTY || $MAIN) == \"\"", true)]
    [InlineData("$EMPTY || $UNDEF == null", false)]
    [InlineData("$MAIN == \"main\" && $OTHER == \"other\"", true)]
    [InlineData("$MAIN == \"x\" && $OTHER == \"other\" || $MAIN", true)]
    [InlineData("$MAIN || $OTHER && $UNDEF", true)]
    [InlineData("($MAIN || $OTHER) && $UNDEF", false)]
    [InlineData("$UNDEF && $OTHER || $MAIN", true)]
    [InlineData("$UNDEF && ($OTHER || $MAIN)", false)]
    [InlineData("(($MAIN))", true)]
    public void And_and_or_are_Rubys(string text, bool expected) => Assert.Equal(expected, IsTrue(text));

    [Theory]
    [InlineData("!$UNDEF", true)]
    [InlineData("!$EMPTY", true)]
    [InlineData("!$BLANK", true)]
    [InlineData("!null", true)]
    [InlineData("!false", true)]
    [InlineData("!$FALSE", false)]
    [InlineData("!$MAIN", false)]
    [InlineData("!!$MAIN", true)]
    [InlineData("!!!$MAIN", false)]
    [InlineData("!$MAIN == \"main\"", false)]
    [InlineData("!$UNDEF == true", true)]
    [InlineData("!$UNDEF == \"true\"", true)]
    [InlineData("!($MAIN == \"main\")", false)]
    [InlineData("!($MAIN == \"x\")", true)]
    [InlineData("$MAIN ! == \"main\"", false)]
    [InlineData("$MAIN && !$UNDEF", true)]
    [InlineData("!$UNDEF && !$EMPTY", true)]
    [InlineData("\"true\" == !$UNDEF", true)]
    public void Not_negates_presence_and_binds_tightest(string text, bool expected) => Assert.Equal(expected, IsTrue(text));

    [Theory]
    [InlineData("$MAIN =~ /^main$/", true)]
    [InlineData("$MAIN =~ /^MAIN$/i", true)]
    [InlineData("$MAIN =~ /^MAIN$/", false)]
    [InlineData("$MAIN !~ /^x/", true)]
    [InlineData("$MAIN !~ /^m/", false)]
    [InlineData("$MAIN =~ /ai/", true)]
    [InlineData("$UNDEF =~ /.*/", true)]
    [InlineData("$UNDEF =~ /^$/", true)]
    [InlineData("$UNDEF =~ /.+/", false)]
    [InlineData("$EMPTY =~ /^$/", true)]
    [InlineData("$MAIN =~ $PATTERN", true)]
    [InlineData("$OTHER =~ $PATTERN", false)]
    [InlineData("$MAIN =~ $PATTERN_I", true)]
    [InlineData("$MAIN =~ $ONE_CHAR", true)]
    [InlineData("$MAIN =~ \"/^ma/\"", true)]
    [InlineData("$MAIN =~ $TEXT", true)]
    [InlineData("$TEXT =~ $MAIN", false)]
    [InlineData("$UNDEF =~ $TEXT", true)]
    [InlineData("$EMPTY =~ $TEXT", true)]
    [InlineData("$UNDEF =~ $EMPTY", true)]
    [InlineData("$MAIN =~ $EMPTY", false)]
    [InlineData("$MAIN =~ $UNDEF", false)]
    [InlineData("$MAIN !~ $UNDEF", true)]
    [InlineData("$MAIN =~ null", false)]
    [InlineData("$MAIN =~ false", false)]
    [InlineData("$MAIN =~ true", false)]
    [InlineData("$MAIN !~ true", false)]
    [InlineData("$MAIN && ($MAIN !~ true)", false)]
    [InlineData("$MAIN || ($MAIN !~ true)", true)]
    [InlineData("!($MAIN !~ true)", false)]
    [InlineData("$MAIN =~ $BAD_PATTERN", false)]
    [InlineData("\"(\" =~ $BAD_PATTERN", true)]
    [InlineData("$LINES =~ /^two/", false)]
    [InlineData("$LINES =~ /^two/m", true)]
    [InlineData("$LINES =~ /one.two/", false)]
    [InlineData("$LINES =~ /one.two/s", true)]
    [InlineData("\"a/b\" =~ /a\\/b/", true)]
    [InlineData("\"feature/x\" =~ /^feature\\//", true)]
    [InlineData("\"abc/\" =~ /abc//", true)]
    [InlineData("\"x/\" =~ /\\//", true)]
    [InlineData("true =~ /true/", true)]
    public void A_match_searches_with_RE2(string text, bool expected) => Assert.Equal(expected, IsTrue(text));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("$A == main")]
    [InlineData("$A == 1")]
    [InlineData("$A =")]
    [InlineData("$A ==")]
    [InlineData("== $A")]
    [InlineData("&&")]
    [InlineData("$A &&")]
    [InlineData("!")]
    [InlineData("$A $B")]
    [InlineData("($A")]
    [InlineData("$A)")]
    [InlineData("()")]
    [InlineData("${A}")]
    [InlineData("%A%")]
    [InlineData("$")]
    [InlineData("$-")]
    [InlineData("$A < 1")]
    [InlineData("$A & $B")]
    [InlineData("$A == \"x")]
    [InlineData("$A == 'x\"")]
    [InlineData("$A == \"x\ny\"")]
    [InlineData("$A =~ /./")]
    [InlineData("$A =~ //")]
    [InlineData("$A =~ /ab")]
    [InlineData("$A =~ /ab\\/")]
    [InlineData("$A =~ /ab/x")]
    [InlineData("$A =~ /a(?=b)/")]
    [InlineData("$A =~ /(a)\\1/")]
    [InlineData("$A =~ /(ab/")]
    [InlineData("nullnull")]
    [InlineData("nullx")]
    [InlineData("truex")]
    [InlineData("xtrue")]
    [InlineData("True")]
    [InlineData("function()")]
    [InlineData("$A and $B")]
    public void What_is_no_expression_is_refused(string text) => Assert.False(Expression.TryParse(text, out _, out _));

    [Theory]
    [InlineData("", "Empty parse tree")]
    [InlineData("()", "Empty parse tree")]
    [InlineData("$A $B", "Unreachable nodes in parse tree")]
    [InlineData("!", "Invalid operand")]
    [InlineData("==", "Invalid right operand")]
    [InlineData("$A ==", "Invalid left operand")]
    [InlineData("== $A", "Invalid left operand")]
    [InlineData("$A)", "Unmatched parenthesis")]
    [InlineData("($A", "Unprocessable token found in parse tree: parenthesis_open")]
    [InlineData("$A =~ /(ab/", "Invalid regular expression!")]
    [InlineData("$A = $B", "Unknown lexeme found!")]
    [InlineData("$A == \"b", "Unknown lexeme found!")]
    public void What_is_wrong_is_told_in_GitLabs_own_words(string text, string expected)
    {
        Assert.False(Expression.TryParse(text, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("$[[ inputs.a ]]", "a")]
    [InlineData("$[[inputs.a]]", "a")]
    [InlineData("$[[\tinputs.A_b-9\n]]", "A_b-9")]
    [InlineData("$[[ inputs. ]]", null)]
    [InlineData("$[[ inputs ]]", null)]
    [InlineData("$[[ input.a ]]", null)]
    [InlineData("$[[ inputs.a.b ]]", null)]
    [InlineData("$[[ inputs.a b ]]", null)]
    [InlineData("$[[ inputs.a ]", null)]
    [InlineData("$[[ inputs.a", null)]
    [InlineData("$[ inputs.a ]]", null)]
    public void An_input_is_a_value(string text, string? name)
    {
        var isRead = Expression.TryParse($"{text} == \"x\" && $B", out var expression, out _);
        Assert.Equal(name is not null, isRead);
        if (name is not null)
            Assert.True(expression!.IsTrue(_ => "b", new PatternCache(), asked => asked == name ? "x" : null));
    }

    // What a pattern may look like: at least two characters, and \/ ends it only where a slash follows at once.
    [Theory]
    [InlineData("/a/", null, null)]
    [InlineData("//", null, null)]
    [InlineData("/ab/", "xabx", "ba")]
    [InlineData("/a\\/b/", "xa/bx", "a\\b")]
    [InlineData("/ab\\//", "ab/", "ab")]
    [InlineData("/ab//", "ab/", "ab")]
    [InlineData("/ab/i", "AB", "A")]
    [InlineData("/a.b/s", "a\nb", "ab")]
    [InlineData("/^b/m", "a\nb", "ab")]
    [InlineData("/ab", null, null)]
    [InlineData("/ab\\/", null, null)]
    [InlineData("/ab/x", null, null)]
    public void A_pattern_ends_where_GitLab_ends_it(string pattern, string? matching, string? other)
    {
        var isRead = Expression.TryParse($"$A =~ {pattern}", out var expression, out _);
        Assert.Equal(matching is not null, isRead);
        if (matching is null)
            return;
        Assert.True(expression!.IsTrue(_ => matching, new PatternCache()), "matching");
        Assert.False(expression.IsTrue(_ => other, new PatternCache()), "other");
    }

    [Fact]
    public void A_long_text_is_read_as_a_short_one()
    {
        var text = "$A == \"" + new string('x', 2_000) + "\"";
        for (var time = 0; time < 2; time++)
        {
            Assert.True(Expression.TryParse(text, out var expression, out _));
            Assert.True(expression.IsTrue(_ => new string('x', 2_000), new PatternCache()));
        }
    }

    [Theory]
    [InlineData("$MAIN \"main\" ==", true)]
    [InlineData("$MAIN\"main\"==", true)]
    [InlineData("$MAIN $OTHER ||", true)]
    public void Only_precedence_counts_and_not_position(string text, bool expected) => Assert.Equal(expected, IsTrue(text));

    [Fact]
    public void Ninety_nine_tokens_pass_and_a_hundred_fail()
    {
        var tokens99 = string.Join(" || ", Enumerable.Repeat("$A", 50));
        Assert.True(Expression.TryParse(tokens99 + "  ", out _, out _));
        Assert.True(Expression.TryParse("!" + string.Join(" || ", Enumerable.Repeat("$A", 49)) + " ", out _, out _));
        Assert.False(Expression.TryParse("!" + tokens99, out _, out var problem));
        Assert.Equal("Too many tokens!", problem);
    }

    [Fact]
    public void It_tells_which_variables_it_names()
    {
        Assert.True(Expression.TryParse("$B == \"$C\" && ($A || $B =~ /$D/)", out var expression, out _));
        Assert.Equal(["B", "A"], expression.Variables);
    }

    [Fact]
    public void Rules_of_inputs_ask_for_inputs()
    {
        Assert.True(Expression.TryParse("$[[ inputs.env-name ]] == \"prod\"", out var expression, out _));
        Assert.True(expression.IsTrue(_ => null, new PatternCache(), name => name == "env-name" ? "prod" : null));
        Assert.False(expression.IsTrue(_ => null, new PatternCache()));
    }

    [Fact]
    public void A_pattern_of_the_user_cannot_take_the_compiler_hostage()
    {
        Assert.True(Expression.TryParse("$A =~ /^(a+)+$/", out var expression, out _));
        Assert.False(expression.IsTrue(_ => new string('a', 100_000) + "!", new PatternCache()));
    }
}
