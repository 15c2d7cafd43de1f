using Slipway.Protocol.Coordination;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Jobs;

public sealed class PipelineRemovalTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_removed_pipeline_takes_its_jobs_their_logs_and_what_they_left_along(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var stays = await room.PipelineAsync("a: {script: [x]}");
        var runner = await room.RunnerAsync();
        await (await runner.StartAsync()).FinishAsync(JobState.Success);
        var goes = await room.PipelineAsync("{a: {script: [x], artifacts: {paths: [out]}}, b: {script: [x]}}");
        var (done, running) = (await runner.StartAsync(), await runner.StartAsync());
        await done.UploadAsync(ArtifactTests.Zip(("out", "x")));
        done.Log = "hello\n"u8.ToArray();
        await done.FinishAsync(JobState.Success);
        running.Log = "hello\n"u8.ToArray();
        await running.SendLogAsync();
        var path = $"projects/{room.Project.Id}/pipelines";

        var maintainer = await room.Server.UserAsync();
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), maintainer.Row, Role.Maintainer);
        Assert.Equal(403, (await maintainer.Client.DeleteApiAsync($"{path}/{goes}")).Status);
        Assert.Equal(204, (await room.Admin.Client.DeleteApiAsync($"{path}/{goes}")).Status);
        Assert.Equal(404, (await room.Admin.Client.GetApiAsync($"{path}/{goes}")).Status);
        Assert.Equal(404, (await room.Admin.Client.DeleteApiAsync($"{path}/{goes}")).Status);
        Assert.Equal(200, (await room.Admin.Client.GetApiAsync($"{path}/{stays}")).Status);
        Assert.Equal(404, (await room.JobApiAsync(HttpMethod.Get, done.Id, "/artifacts")).Status);
        // Whoever still works at it is told that there is nothing to work at.
        Assert.Equal(403, (await running.UpdateAsync(JobState.Running)).Status);
        await room.ArchiveAsync(running.Id);
        Assert.Equal(0, room.Part<TraceFolder>().Size(running.Id));
        Assert.Equal(0, await room.Db.FindAsync<long>("SELECT count(*) FROM artifacts", null, Ct));
    }

    [Theory]
    [InlineData("retry", JobState.Failed)]
    [InlineData("cancel", null)]
    public async Task What_is_asked_of_a_pipeline_that_goes_meanwhile_is_404(string act, string? end)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var goes = await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        if (end is not null)
            await job.FinishAsync(end, "script_failure", 1);
        await room.Db.ExecuteAsync(
            "CREATE TRIGGER go AFTER UPDATE OF status ON pipelines BEGIN UPDATE pipelines SET ready = 0 WHERE id = NEW.id; END",
            null,
            Ct
        );
        var answer = await room.Admin.Client.PostApiAsync($"projects/{room.Project.Id}/pipelines/{goes}/{act}", new { });
        Assert.Equal(0, await room.Db.FindAsync<long>("SELECT ready FROM pipelines WHERE id = @goes", new { goes }, Ct));
        Assert.Equal((404, "404 Not found"), (answer.Status, answer["message"].GetString()));
    }

    [Fact]
    public async Task Removal_knows_every_table_that_points_to_a_pipeline_or_a_job()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenAsync();
        const string pointing = """
            SELECT DISTINCT m.name FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f."table" = @to
            """;
        foreach (var to in (string[])["pipelines", "jobs"])
        {
            var before = PipelineRemoval
                .Rows.TakeWhile(row => row.Table != to || !row.Statement.StartsWith("DELETE"))
                .Select(row => row.Table);
            Assert.Empty((await db.QueryAsync<string>(pointing, new { to }, Ct)).Except(before));
        }
    }
}
