using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>What somebody has from a runner's token, and who hears of it (reliability-security S10).</summary>
public sealed class RunnerTokenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_token_is_shown_once_and_nowhere_kept(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        var id = (await runner.VerifyAsync()).Json.GetProperty("id").GetInt64();
        var secret = runner.Token["glrt-".Length..];

        foreach (
            var path in (string[])[$"runners/{id}", "runners", "runners/all", $"runners/{id}/jobs", $"projects/{room.Project.Id}/runners"]
        )
            Assert.DoesNotContain(secret, await room.Admin.Client.GetStringAsync("/api/v4/" + path, Ct));
        var columns = string.Join(" || ' ' || ", ["token_hash", "description", "maintenance_note", "tags"]);
        Assert.DoesNotContain(secret, await room.Db.FindAsync<string>($"SELECT {columns} FROM runners", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_second_process_with_the_same_token_is_written_down_once(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind, new Clock());
        var runner = await room.RunnerAsync();
        await runner.VerifyAsync();
        await runner.RequestAsync(Ct);
        Assert.Empty(await AlarmsAsync());

        var copy = room.Runner(runner.Token, "s_thief0000000");
        await copy.RequestAsync(Ct);
        await copy.VerifyAsync();
        await runner.VerifyAsync();

        var alarm = JsonDocument.Parse(Assert.Single(await AlarmsAsync())).RootElement;
        Assert.Equal("s_thief0000000", alarm.GetProperty("system_id").GetString());
        Assert.Equal("127.0.0.1", alarm.GetProperty("address").GetString());

        Task<IReadOnlyList<string>> AlarmsAsync() =>
            room.Db.QueryAsync<string>(
                "SELECT details FROM audit_events WHERE action = 'runner_token_used_by_another_process' ORDER BY id",
                null,
                Ct
            );
    }

    [Theory, EveryDatabase]
    public async Task Only_the_token_of_a_job_speaks_for_it(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var (mine, others) = (await room.RunnerAsync(), await room.RunnerAsync());
        await room.PipelineAsync("a: {script: [x]}\nb: {script: [x]}");
        var (a, b) = (await mine.StartAsync(), await others.StartAsync());

        foreach (var token in (string[])[b.Token, mine.Token, others.Token, room.Admin.Token, "", a.Token[..^1]])
        {
            var stranger = Stranger(token);
            stranger.Log = "forged\n"u8.ToArray();
            Assert.Equal(403, (await stranger.PatchAsync(0, stranger.Log.Length)).Status);
            Assert.Equal(403, (await stranger.UpdateAsync(JobState.Failed)).Status);
            Assert.Equal(403, (await stranger.UploadAsync([1, 2, 3])).Status);
        }

        Assert.Equal("running", await room.StatusAsync(a.Id));
        Assert.Equal(200, (await a.FinishAsync(JobState.Success)).Status);

        // The job a, with another token.
        WireJob Stranger(string token)
        {
            var payload = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(a.Payload)!;
            payload["token"] = JsonSerializer.SerializeToElement(token);
            return others.Known(new WireJob(others, JsonSerializer.SerializeToElement(payload)));
        }
    }
}
