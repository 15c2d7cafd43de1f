using Xunit;

namespace Slipway.Cli.Tests.Project.Includes;

public sealed class RunWithIncludesTests
{
    [Fact]
    public void A_run_and_its_child_pipelines_take_files_of_other_projects()
    {
        using var world = new IncludeWorld(
            """
            include: {project: group/templates, file: build.yml}
            build: {script: echo built}
            child:
              stage: test
              trigger:
                include: [{project: group/templates, file: child.yml, ref: main}]
                strategy: depend
            """
        );
        world.Commit(
            "group/templates",
            ("child.yml", "include: [more.yml]\nbelow: {script: echo below}\n"),
            ("more.yml", "more: {script: echo more}\n")
        );
        var (exit, output, error) = world.Run("run", "--executor", "shell");
        Assert.True(exit == 0, output + error);
        foreach (var line in (string[])["built", "below", "more"])
            Assert.Contains($"] {line}\n", output);
    }

    [Fact]
    public void A_child_whose_files_cannot_be_had_fails_its_trigger_job_and_says_why()
    {
        using var world = new IncludeWorld("child: {trigger: {include: [{project: group/none, file: child.yml}], strategy: depend}}\n");
        var (exit, output, _) = world.Run("run", "--executor", "shell");
        Assert.Equal(1, exit);
        Assert.Contains("downstream pipeline can not be created, Project `group/none` not found or access denied!", output);
    }
}
