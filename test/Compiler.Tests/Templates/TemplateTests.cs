using Slipway.Compiler.Tests.Evaluation;
using Xunit;
using Library = Slipway.Compiler.Templates;

namespace Slipway.Compiler.Tests.Templates;

public sealed class TemplateTests
{
    public static TheoryData<string> Sections() => [.. TemplateFacts.All.Select(facts => facts.Title)];

    [Theory]
    [MemberData(nameof(Sections))]
    public void A_template_is_what_the_table_says(string title)
    {
        var facts = Assert.Single(TemplateFacts.All, facts => facts.Title == title);
        Assert.Equal(facts.Facts, facts.Seen());
    }

    [Fact]
    public void Every_template_is_in_the_table() =>
        Assert.Equal(Library.Names, TemplateFacts.All.Select(facts => facts.Name).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_template_is_short_and_says_what_it_is_for()
    {
        foreach (var name in Library.Names)
        {
            var text = Library.Text(name)!;
            Assert.StartsWith("# ", text);
            Assert.EndsWith("\n", text);
            Assert.DoesNotContain("\t", text);
            Assert.True(text.Length < 16_000, name);
        }
    }
}
