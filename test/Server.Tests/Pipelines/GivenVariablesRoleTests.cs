using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

/// <summary>Who may give a pipeline variables is asked at every door (reliability-security S3). https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables</summary>
public sealed class GivenVariablesRoleTests
{
    private static readonly ProjectSettings NoOne = new() { CiPipelineVariablesMinimumOverrideRole = "no_one_allowed" };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ci.variable=A=x", 0)]
    [InlineData("ci.other=A=x", 1)]
    public async Task A_push_option_gives_none_where_nobody_may(string option, int made)
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite, settings: NoOne);
        var sha = await room.Server.Services.GetRequiredService<Repositories>().Of(room.Project.Id).ResolveAsync("refs/heads/main", Ct);
        var update = new RefUpdate("refs/heads/main", new string('0', 40), sha!);
        var pushed = new Pushed("p1", room.Project.Id, room.Owner.Id, [update], [option], 1);
        await room.Server.Services.GetRequiredService<PushedPipelines>().OnPushedAsync(pushed, Ct);
        Assert.Equal(made, (await room.PipelinesAsync()).Count);
    }

    [Theory]
    [InlineData("{A: x}", "failed")]
    [InlineData("{}", "running")]
    public async Task Another_projects_trigger_job_gives_none_where_nobody_may(string variables, string becomes)
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var other = await room.Server.ProjectAsync(room.Owner.Row, "other", settings: NoOne);
        using var folder = new TemporaryFolder();
        var git = await GitClient.InitAsync(folder["work"]);
        await git.CommitAsync("one", (".gitlab-ci.yml", "a: {script: x}"));
        var repository = room.Server.Services.GetRequiredService<Repositories>().Create(other.Id);
        await git.OkAsync("push", "-q", repository.Path, "HEAD:refs/heads/main");
        await room.Server.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main' WHERE id = @Id", other, Ct);
        await room.CommitAsync($"t: {{trigger: {{project: {other.FullPath}, strategy: depend}}, variables: {variables}}}");
        Assert.Equal(201, (await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline", new { @ref = "main" })).Status);
        await room.SettleAsync();

        var job = await room.Server.Db.FindAsync<JobRow>("SELECT * FROM jobs WHERE name = 't'", null, Ct);
        Assert.Equal((becomes, becomes == "failed" ? "downstream_pipeline_creation_failed" : null), (job!.Status, job.FailureReason));
        Assert.Equal(becomes == "failed" ? 1 : 2, (await room.PipelinesAsync()).Count);
    }

    [Fact]
    public async Task A_child_gets_what_its_parents_configuration_gives()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite, settings: NoOne);
        await room.CommitAsync(
            """
            t:
              variables: {A: x}
              trigger: {include: [{local: .gitlab-ci.yml}], strategy: depend}
              rules: [{if: $CI_PIPELINE_SOURCE != "parent_pipeline"}]
            a: {script: x, rules: [{if: $A == "x"}]}
            """
        );
        Assert.Equal(201, (await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline", new { @ref = "main" })).Status);
        await room.SettleAsync();
        Assert.Equal("parent_pipeline", (await room.PipelinesAsync())[^1].Source);
    }
}
