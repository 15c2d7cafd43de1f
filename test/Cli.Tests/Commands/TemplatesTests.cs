using System.Text.Json;
using Slipway.Cli.Tests.Support;
using Slipway.Compiler;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class TemplatesTests
{
    private static string Print(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var (exit, output, error) = FakeSurroundings.Run(folder.Path, ["config", "templates", .. arguments]);
        Assert.Equal(("", 0), (error, exit));
        return output;
    }

    [Fact]
    public void All_names_are_listed_with_what_they_are_for()
    {
        var lines = Print().TrimEnd('\n').Split('\n');
        Assert.Equal(Templates.Names, lines.Select(line => line.Split("  ")[0]));
        Assert.All(lines, line => Assert.EndsWith(".", line));
        Assert.Contains(lines, line => line.EndsWith("  Pipelines for branches and tags, none for merge requests."));
    }

    [Fact]
    public void A_template_is_printed_as_it_is() => Assert.Equal(Templates.Text("Jobs/SAST.gitlab-ci.yml"), Print("Jobs/SAST"));

    [Fact]
    public void Json_has_the_members_of_GitLabs_API()
    {
        var one = JsonDocument.Parse(Print("Docker", "--json")).RootElement;
        Assert.Equal("Docker.gitlab-ci.yml", one.GetProperty("name").GetString());
        Assert.Equal(Templates.Text("Docker.gitlab-ci.yml"), one.GetProperty("content").GetString());
        var all = JsonDocument.Parse(Print("--json")).RootElement.GetProperty("templates");
        Assert.Equal(Templates.Names, all.EnumerateArray().Select(item => item.GetProperty("name").GetString()));
    }

    [Fact]
    public void A_name_that_is_none_gets_a_hint()
    {
        using var folder = new TemporaryFolder();
        var (exit, _, error) = FakeSurroundings.Run(folder.Path, "config", "templates", "Dokker");
        Assert.Equal(ExitCode.NotFound, exit);
        Assert.Equal("error: there is no template \"Dokker\"\n  = did you mean \"Docker.gitlab-ci.yml\"?\n", error);
    }
}
