using System.Text.RegularExpressions;
using Slipway.Compiler.Rules;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

public sealed class PathPatternTests
{
    private static readonly string[] s_paths =
    [
        "",
        "a",
        "docs/index.md",
        "docs",
        "mydocs/a.rb",
        "src/app.rb",
        "src/app.rb.md",
        "src/docs/guide.md",
        "README.md",
        "readme.MD",
        "a]b",
        "x|y",
        "a(b",
    ];

    /// <summary>Beside an engine that backtracks, which reads these as Ruby's does.</summary>
    [Theory]
    [InlineData(@"\A(?!docs/)")]
    [InlineData(@"^(?!docs/)")]
    [InlineData(@"\A(?=src/)")]
    [InlineData(@"\A(?!docs/)(?!.*\.md\z)")]
    [InlineData(@"\A(?!docs/|README)(?=[^/]+/).*\.rb\z")]
    [InlineData(@"\A(?!(docs|src)/(index|app))\w+/")]
    [InlineData(@"(?<!\.md)\z")]
    [InlineData(@"(?<!\.md)$")]
    [InlineData(@"^.*(?<=\.rb|\.md)(?<!app\.rb)$")]
    [InlineData(@"\A(?!docs/).*(?<!\.md)\z")]
    [InlineData(@"\A(?!docs/)(?<!\.md)\z")]
    [InlineData(@"\A(?!docs/)\z")]
    [InlineData(@"(?i)\A(?!readme\.md)")]
    [InlineData(@"\A(?!a[]|(])")]
    [InlineData(@"\A(?!a\(b)[^(|\]]")]
    [InlineData(@"\A(?!x[[:alpha:]|]y)", @"\A(?!x[a-zA-Z|]y)")]
    public void A_lookaround_at_an_end_means_what_it_means_to_ruby(string pattern, string? asDotNet = null)
    {
        var compiled = PathPattern.Compile(pattern);
        Assert.NotNull(compiled);
        var reference = new Regex((asDotNet ?? pattern).Replace("a[]|(]", @"a[\]|(]"), RegexOptions.CultureInvariant);
        Assert.Equal(s_paths.Where(path => reference.IsMatch(path)), s_paths.Where(compiled.IsMatch));
    }

    [Theory]
    [InlineData(@"(?!docs/)")]
    [InlineData(@"a(?!b)")]
    [InlineData(@"\Aa(?!b)")]
    [InlineData(@"\A(?!a)*b")]
    [InlineData(@"\A(?!a){2}b")]
    [InlineData(@"\A(?!a)b|c")]
    [InlineData(@"(?<!a)b\z")]
    [InlineData(@"\A(?!(?!a)b)")]
    [InlineData(@"\A(?!(a)\1)")]
    [InlineData(@"\A(?!a")]
    [InlineData(@"\A(?![a)")]
    [InlineData(@"\A(?!a)\")]
    [InlineData(@"\A(?!a)(b)\1")]
    public void Elsewhere_it_is_refused(string pattern) => Assert.Null(PathPattern.Compile(pattern));

    [Fact]
    public void An_evil_pattern_is_linear_all_the_same()
    {
        var compiled = PathPattern.Compile(@"\A(?!(a*)*b)(a|a)*(?<!(x+x+)+y)\z");
        Assert.NotNull(compiled);
        Assert.True(compiled.IsMatch(new string('a', 100_000)));
    }
}
