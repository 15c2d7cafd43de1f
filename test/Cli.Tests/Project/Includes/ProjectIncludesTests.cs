using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Project.Includes;

public sealed class ProjectIncludesTests
{
    private const string Build = "include: {project: group/templates, file: build.yml}\n";

    [Theory]
    [InlineData("build.yml", "", "build")]
    [InlineData("nested.yml", ", ref: main", "d n")]
    [InlineData("[build.yml, nested.yml]", ", ref: HEAD", "build d n")]
    public void Another_projects_files_are_fetched_from_beside_the_remote(string file, string reference, string jobs)
    {
        using var world = new IncludeWorld($"include: {{project: group/templates, file: {file}{reference}}}\n");
        Assert.Equal(jobs, world.Jobs());
    }

    [Fact]
    public void A_remote_may_be_a_file_address_and_need_not_be_called_origin()
    {
        using var world = new IncludeWorld(Build);
        world.App.Git("remote", "rename", "origin", "upstream");
        world.App.Git("remote", "set-url", "upstream", "file://" + Path.Combine(world.Remotes, "group/app.git"));
        Assert.Equal("build", world.Jobs());
    }

    [Fact]
    public void Branch_tag_and_commit_are_told_apart_and_a_tag_beats_a_branch()
    {
        using var world = new IncludeWorld("x: {script: y}\n");
        var first = world.Git(world.Templates, "rev-parse", "HEAD");
        world.Git(world.Templates, "-c", "user.name=A", "-c", "user.email=a@b", "tag", "-m", "Both", "both", first);
        var second = world.Commit("group/templates", ("build.yml", "build: {script: second}\n"));
        world.Git(world.Templates, "branch", "both");
        foreach (
            var (reference, script) in ((string, string)[])
                [("both", "main"), ("main", "second"), (first, "main"), (second, "second"), ("refs/heads/both", "second")]
        )
        {
            world.App.Write(".gitlab-ci.yml", $"include: {{project: group/templates, file: build.yml, ref: {reference}}}\n");
            Assert.Contains($"script: {script}", world.Merged());
        }
    }

    [Fact]
    public void A_branch_is_asked_for_anew_in_each_run()
    {
        using var world = new IncludeWorld(Build);
        Assert.Contains("script: main", world.Merged());
        world.Commit("group/templates", ("build.yml", "build: {script: newer}\n"));
        Assert.Contains("script: newer", world.Merged());
    }

    [Fact]
    public void A_commit_is_fetched_once()
    {
        using var world = new IncludeWorld("x: {script: y}\n");
        using var host = new GitHost(world.Remotes);
        var sha = world.Git(world.Templates, "rev-parse", "HEAD");
        world.App.Git("remote", "set-url", "origin", host.Url + "/group/app.git");
        world.App.Write(".gitlab-ci.yml", $"include: {{project: group/templates, file: build.yml, ref: {sha}}}\n");
        Assert.Equal("build", world.Jobs());
        var asked = host.Requests.Count;
        Assert.Equal("build", world.Jobs());
        Assert.Equal(asked, host.Requests.Count);
    }

    [Fact]
    public void A_host_that_does_not_answer_is_replaced_by_what_it_said_last()
    {
        using var world = new IncludeWorld(Build);
        var host = new GitHost(world.Remotes);
        var address = $"127.0.0.1:{host.Port}";
        world.App.Git("remote", "set-url", "origin", $"http://ada:secret@{address}/group/app.git");
        Assert.Equal("build", world.Jobs());
        host.Dispose();

        var (exit, output, error) = world.Run("list");
        Assert.Equal(0, exit);
        Assert.Contains("build", output);
        Assert.StartsWith($"note: {address} does not answer; group/templates is taken as it was on 2", error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        world.App.Write(".gitlab-ci.yml", "include: {project: group/other, file: build.yml}\n");
        (exit, _, error) = world.Run("lint");
        Assert.Equal(3, exit);
        var told = world.Run("lint").Out;
        Assert.Contains($"Project `group/other` cannot be read: {address} does not answer (", told);
        Assert.Contains("Name a checkout of it with --project-dir group/other=DIR.", told);
        Assert.DoesNotContain("secret", told + error);
    }

    [Fact]
    public void A_host_that_does_not_answer_is_waited_for_once()
    {
        using var world = new IncludeWorld(
            "include: [{project: g/a, file: x.yml}, {project: g/b, file: x.yml}, {component: $CI_SERVER_FQDN/g/c/d@1}]\n"
        );
        var host = new GitHost(world.Remotes);
        host.Dispose();
        world.App.Git("remote", "set-url", "origin", host.Url + "/group/app.git");
        var (_, output, error) = world.Run(new HurriedTime(DateTimeOffset.UnixEpoch.AddYears(60)), true, "lint");
        Assert.Equal($"note: asking 127.0.0.1:{host.Port} for g/a\n", error);
        Assert.Contains("3 errors", output);
    }

    [Fact]
    public void A_login_nobody_has_is_told_as_GitLab_tells_it()
    {
        using var world = new IncludeWorld(Build);
        using var host = new GitHost(world.Remotes) { Private = "/group/templates.git" };
        world.App.Git("remote", "set-url", "origin", host.Url + "/group/app.git");
        var (exit, output, _) = world.Run("lint", "--format", "json");
        Assert.Equal(3, exit);
        Assert.Contains(
            "Project `group/templates` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.",
            output
        );
        Assert.Contains($"127.0.0.1:{host.Port} says to git: could not read Username", output);
    }

    [Theory]
    [InlineData("--upload-pack=touch x", "Project `group/templates` reference `--upload-pack=touch x` does not exist!")]
    [InlineData("-x", "Project `group/templates` reference `-x` does not exist!")]
    [InlineData("../../main", "Project `group/templates` reference `../../main` does not exist!")]
    [InlineData("main~1", "Project `group/templates` reference `main~1` does not exist!")]
    [InlineData("none", "Project `group/templates` reference `none` does not exist!")]
    [InlineData(
        "0123456789012345678901234567890123456789",
        "Project `group/templates` reference `0123456789012345678901234567890123456789` does not exist!"
    )]
    public void A_ref_that_names_nothing_reaches_no_command_line(string reference, string message)
    {
        using var world = new IncludeWorld($"include: {{project: group/templates, file: build.yml, ref: '{reference}'}}\n");
        Assert.Contains(message, world.Run("lint").Out);
        Assert.Equal(
            [".git", ".gitlab-ci.yml", "own.yml"],
            Directory.GetFileSystemEntries(world.App.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("group/../templates")]
    [InlineData("-group/templates")]
    [InlineData("templates")]
    [InlineData("group/nothing")]
    [InlineData("group/templates/../../x")]
    public void A_project_that_is_none_is_not_found(string project)
    {
        using var world = new IncludeWorld($"include: {{project: '{project}', file: build.yml}}\n");
        Assert.Contains($"Project `{project}` not found or access denied!", world.Run("lint").Out);
    }

    [Fact]
    public void Nothing_of_a_fetched_repository_is_run_or_checked_out()
    {
        using var world = new IncludeWorld(Build);
        File.CreateSymbolicLink(Path.Combine(world.Templates, "link.yml"), "/etc/passwd");
        world.Commit("group/templates", (".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::touch executed\n"));
        var mark = Path.Combine(world.Top, "executed");
        foreach (var hook in (string[])["post-checkout", "reference-transaction", "post-merge"])
        {
            var path = Path.Combine(world.Templates, ".git/hooks", hook);
            File.WriteAllText(path, $"#!/bin/sh\ntouch {mark}\n");
            SlipwayProcess.Shell("chmod", "+x", path);
        }

        Assert.Equal("build", world.Jobs());
        world.App.Write(".gitlab-ci.yml", "include: {project: group/templates, file: link.yml}\n");
        Assert.Contains("Project `group/templates` file `link.yml` does not exist!", world.Run("lint").Out);
        Assert.False(File.Exists(mark));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(world.Cache, "*", SearchOption.AllDirectories),
            file => file.EndsWith(".yml", StringComparison.Ordinal) || file.Contains("hooks")
        );
    }

    [Fact]
    public async Task Many_may_fetch_the_same_at_once()
    {
        using var world = new IncludeWorld(Build);
        var all = Enumerable.Range(0, 6).Select(_ => Task.Run(() => world.Jobs()));
        Assert.All(await Task.WhenAll(all), jobs => Assert.Equal("build", jobs));
        var project = Assert.Single(Directory.GetDirectories(Path.Combine(world.Cache, "slipway/projects")));
        Assert.Equal(
            ["refs", world.Git(world.Templates, "rev-parse", "HEAD")],
            Directory.GetFileSystemEntries(project).Select(Path.GetFileName).OrderDescending(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Without_a_remote_it_is_said_what_is_missing_and_what_to_do()
    {
        using var world = new IncludeWorld(Build);
        world.App.Git("remote", "remove", "origin");
        var (exit, output, _) = world.Run("lint");
        Assert.Equal(3, exit);
        Assert.Contains(
            "error[CI0263]: Project `group/templates` cannot be read: this checkout has no remote to fetch from (origin, or the only one)",
            output
        );
        Assert.Contains("Name a checkout of it with --project-dir group/templates=DIR.", output);
    }

    [Fact]
    public void A_checkout_can_stand_for_a_project_as_it_lies_there()
    {
        using var world = new IncludeWorld(
            "include: [{project: Group/Templates, file: build.yml, ref: v9}, {component: $CI_SERVER_FQDN/group/templates/c@~latest}]\n"
        );
        world.App.Git("remote", "remove", "origin");
        File.WriteAllText(Path.Combine(world.Templates, "build.yml"), "uncommitted: {script: x}\n");
        Directory.CreateDirectory(Path.Combine(world.Templates, "templates"));
        File.WriteAllText(Path.Combine(world.Templates, "templates/c.yml"), "component: {script: x}\n");
        Assert.Equal("uncommitted component", world.Jobs("--project-dir", "group/templates=" + world.Templates));
        Assert.Equal(
            "uncommitted component",
            world.Jobs("--project-dir", "group/templates=" + Path.GetRelativePath(world.App.Path, world.Templates))
        );
    }

    [Theory]
    [InlineData("templates=/", 2, "--project-dir wants GROUP/PROJECT=DIR, and \"templates=/\" is not that")]
    [InlineData("group/templates", 2, "--project-dir wants GROUP/PROJECT=DIR, and \"group/templates\" is not that")]
    [InlineData("group/templates=/no/such/folder", 5, "there is no folder /no/such/folder")]
    public void A_checkout_that_is_none_is_told(string given, int code, string message)
    {
        using var world = new IncludeWorld("x: {script: y}\n");
        var (exit, _, error) = world.Run("lint", "--project-dir", given);
        Assert.Equal(code, exit);
        Assert.StartsWith("error: " + message, error);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_told()
    {
        using var world = new IncludeWorld(Build);
        Directory.CreateDirectory(world.Cache);
        File.WriteAllText(Path.Combine(world.Cache, "slipway"), "a file where the folder should be");
        var (exit, _, error) = world.Run("list");
        Assert.Equal(1, exit);
        Assert.Contains("cannot be written: ", error);
        Assert.EndsWith("= set XDG_CACHE_HOME to a folder that can\n", error);
    }

    [Fact]
    public void Offline_uses_what_was_fetched_and_nothing_else()
    {
        using var world = new IncludeWorld(Build);
        Assert.Contains(
            "Project `group/templates` cannot be read: it has not been fetched before, and --offline fetches nothing",
            world.Run("lint", "--offline").Out
        );
        Assert.Equal("build", world.Jobs());
        world.Commit("group/templates", ("build.yml", "newer: {script: x}\n"));
        Assert.Equal("build", world.Jobs("--offline"));
        Assert.Equal("newer", world.Jobs());
    }

    [Fact]
    public void Completion_fetches_nothing()
    {
        using var world = new IncludeWorld(Build + "here: {script: x}\n");
        using var host = new GitHost(world.Remotes);
        world.App.Git("remote", "set-url", "origin", host.Url + "/group/app.git");
        world.Run("__complete", "run", "");
        Assert.Empty(host.Requests);
    }

    [Fact]
    public void A_mistake_in_another_project_is_shown_with_its_line()
    {
        using var world = new IncludeWorld("include: {project: group/templates, ref: main, file: bad.yml}\n");
        world.Commit("group/templates", ("bad.yml", "ok: {script: x}\nbad: x: y\n"));
        Assert.StartsWith(
            """
            error[CI0002]: `bad.yml`: (<unknown>): mapping values are not allowed in this context at line 2 column 7
              ┌─ group/templates@main:bad.yml:2:7
            2 │ bad: x: y
              │       ^
            """,
            world.Run("lint").Out
        );
    }
}
