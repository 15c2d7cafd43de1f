using System.Text.RegularExpressions;
using Slipway.Compiler;
using Xunit;

namespace Slipway.House.Tests;

/// <summary>What the pages say about the repository holds.</summary>
public sealed partial class DocsTests
{
    private static readonly string[] Pages = [.. House.Files.Where(path => path.EndsWith(".md"))];

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var broken =
            from page in Pages
            from Match link in Link().Matches(WithoutCode(House.Read(page)))
            let target = link.Groups[1].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://") && !House.Exists(Path.Combine(Path.GetDirectoryName(page) ?? "", target))
            select $"{page}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_path_named_in_a_page_exists()
    {
        var gone =
            from page in Pages
            from Match path in NamedPath().Matches(House.Read(page))
            where !House.Exists(path.Groups[1].Value)
            select $"{page}: {path.Groups[1].Value}";
        Assert.Empty(gone);
    }

    [Fact]
    public void The_walks_name_what_they_walk_through()
    {
        foreach (var walk in new[] { "docs/walks/what-happens-when-i-run.md", "docs/walks/how-a-job-runs.md" })
            Assert.True(NamedPath().Count(House.Read(walk)) >= 8, walk);
    }

    [Fact]
    public void The_page_of_templates_names_them_all()
    {
        var page = House.Read("docs/guide/templates.md");
        var missing =
            from name in Templates.Names
            let stem = name.Replace(Templates.Suffix, "").Replace(".latest", "")
            let folder = stem.IndexOf('/') + 1
            where name != "Code-Quality.gitlab-ci.yml" && !name.StartsWith("Terraform/")
            where
                !page.Contains($"`{stem}`") && !(folder > 0 && page.Contains($"`{stem[..folder]}`") && page.Contains($"`{stem[folder..]}`"))
            select name;
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("see `src/Compiler/Gone.cs`.", "src/Compiler/Gone.cs")]
    [InlineData("in `eng/test.sh` and", "eng/test.sh")]
    public void A_path_is_known_when_it_is_named(string text, string path) => Assert.Equal(path, NamedPath().Match(text).Groups[1].Value);

    private static string WithoutCode(string page) => CodeBlock().Replace(page, "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    // A path in backticks that begins with one of the repository's folders; stars and capitals for placeholders do not count.
    [GeneratedRegex(@"`((?:src|test|docs|eng|bench|samples|\.ci)/[\w./-]*\w)/?`")]
    private static partial Regex NamedPath();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
