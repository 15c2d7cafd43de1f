using Xunit;

namespace Slipway.Cli.Tests.Project.Includes;

public sealed class ComponentTests
{
    private static string Component(string version) =>
        "spec: {component: [name, version, reference]}\n---\n'$[[ component.name ]]-"
        + version
        + "': {script: 'v$[[ component.version ]] $[[ component.reference ]]'}\n";

    private static IncludeWorld World(string reference)
    {
        var world = new IncludeWorld($"include: {{component: $CI_SERVER_FQDN/tools/scan/fast@{reference}}}\n");
        world.Add("tools/scan", ("templates/fast.yml", Component("one")));
        world.Tag("tools/scan", "1.0.0");
        world.Commit("tools/scan", ("templates/fast.yml", Component("two")));
        world.Tag("tools/scan", "1.2.0");
        world.Commit("tools/scan", ("templates/fast.yml", Component("rc")));
        world.Tag("tools/scan", "2.0.0-rc1");
        world.Commit("tools/scan", ("templates/fast.yml", Component("head")));
        return world;
    }

    [Theory]
    [InlineData("1.0.0", "fast-one", "v1.0.0 1.0.0")]
    [InlineData("1", "fast-two", "v1.2.0 1")]
    [InlineData("1.0", "fast-one", "v1.0.0 1.0")]
    [InlineData("~latest", "fast-two", "v1.2.0 ~latest")]
    [InlineData("2.0.0-rc1", "fast-rc", "v2.0.0-rc1 2.0.0-rc1")]
    [InlineData("main", "fast-head", "v main")]
    public void Tags_are_the_versions_of_a_component(string reference, string job, string script)
    {
        using var world = World(reference);
        Assert.Equal(job, world.Jobs());
        Assert.Contains(script, world.Merged());
    }

    [Theory]
    [InlineData("3", "Component 'localhost/tools/scan/fast@3' - content not found")]
    [InlineData("v1", "Component 'localhost/tools/scan/fast@v1' - content not found")]
    public void A_version_that_is_not_there_is_told(string reference, string message)
    {
        using var world = World(reference);
        Assert.Contains(message, world.Run("lint").Out);
    }

    [Theory]
    [InlineData("$CI_COMMIT_SHA", "mine: uncommitted")]
    [InlineData("main", "mine: uncommitted")]
    [InlineData("0.1.0", "mine: committed")]
    [InlineData("0", "mine: committed")]
    [InlineData("side", "mine: side")]
    public void A_projects_own_components_are_those_of_the_working_tree_where_the_pipeline_is_for_it(string reference, string result)
    {
        using var world = new IncludeWorld($"include: {{component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/mine@{reference}}}\n");
        Write("committed");
        world.App.Commit("A component");
        world.App.Git("tag", "0.1.0");
        Write("side");
        world.App.Git("checkout", "--quiet", "-b", "side");
        world.App.Commit("Another");
        world.App.Git("checkout", "--quiet", "main");
        Write("uncommitted");
        Assert.Contains(result, world.Merged());

        void Write(string text) => world.App.Write("templates/mine.yml", $"j: {{script: 'mine: {text}'}}\n");
    }

    [Fact]
    public void A_projects_own_files_at_the_default_branch_are_as_they_were_committed_there()
    {
        using var world = new IncludeWorld("include: {project: $CI_PROJECT_PATH, file: own.yml}\n");
        world.App.Git("checkout", "--quiet", "-b", "feature");
        world.App.Write("own.yml", "own: {script: changed}\n");
        world.App.Commit("Changed");
        Assert.Contains("script: committed", world.Merged());
        Assert.Contains("script: changed", world.Merged("--ref", "main"));
    }
}
