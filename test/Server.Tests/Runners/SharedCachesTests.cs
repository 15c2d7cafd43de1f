using System.Net;
using Slipway.Protocol.Coordination;
using Slipway.Server.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>Cache archives that runners share through the server.</summary>
public sealed class SharedCachesTests
{
    private const string Job = "a: {script: [x]}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_a_job_puts_another_of_the_project_gets_and_is_not_sent_twice(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        var first = await StartAsync(room, runner);
        Assert.Equal((404, null), await GetAsync(room, first, "k"));
        var put = await PutAsync(room, first, "k", "one");
        Assert.Equal(201, put.Status);
        var second = await StartAsync(room, runner);
        Assert.Equal((200, "one"), await GetAsync(room, second, "k"));
        Assert.Equal((304, ""), await GetAsync(room, second, "k", put.Tag));
        Assert.Equal(201, (await PutAsync(room, second, "k", "two")).Status);
        Assert.Equal((200, "two"), await GetAsync(room, first, "k", put.Tag));
        Assert.Equal((404, null), await GetAsync(room, first, "other"));
    }

    /// <summary>Row S8 of the threats: who may push to unprotected refs only must not be able to put anything before jobs of protected ones.</summary>
    [Theory, EveryDatabase]
    public async Task An_unprotected_job_cannot_put_anything_before_a_protected_one(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var runner = await room.RunnerAsync();
        var open = await StartAsync(room, runner);
        var closed = await StartAsync(room, runner, isProtected: true);
        await PutAsync(room, open, "k-protected", "poison");
        Assert.Equal((404, null), await GetAsync(room, closed, "k-protected"));
        await PutAsync(room, closed, "k-protected", "secret");
        Assert.Equal((200, "poison"), await GetAsync(room, open, "k-protected"));
        Assert.Equal((200, "secret"), await GetAsync(room, closed, "k-protected"));

        // cache:unprotect
        await PutAsync(room, open, "k-non_protected", "shared");
        Assert.Equal((200, "shared"), await GetAsync(room, closed, "k-non_protected"));
    }

    [Fact]
    public async Task A_project_may_have_one_set_for_all_refs()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var changed = await room.Admin.Client.PutApiAsync($"projects/{room.Project.Id}", new { ci_separated_caches = false });
        Assert.Equal(200, changed.Status);
        var runner = await room.RunnerAsync();
        var open = await StartAsync(room, runner);
        var closed = await StartAsync(room, runner, isProtected: true);
        await PutAsync(room, open, "k", "one");
        Assert.Equal((200, "one"), await GetAsync(room, closed, "k"));
    }

    [Fact]
    public async Task Projects_know_nothing_of_each_others_and_only_a_running_job_may_ask()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var other = await room.Server.ProjectAsync(room.Admin.Row);
        var runner = await room.RunnerAsync();
        var mine = await StartAsync(room, runner);
        await PutAsync(room, mine, "k", "one");
        await room.PipelineAsync(Job, other);
        var theirs = await runner.StartAsync();
        Assert.Equal((404, null), await GetAsync(room, theirs, "k"));

        Assert.Equal(403, (await SendAsync(room, HttpMethod.Get, mine.Id, theirs.Token, "k", null)).Status);
        await mine.FinishAsync(JobState.Success);
        Assert.Equal(403, (await SendAsync(room, HttpMethod.Get, mine.Id, mine.Token, "k", null)).Status);
        Assert.Equal(403, (await SendAsync(room, HttpMethod.Put, mine.Id, mine.Token, "k", "late")).Status);
        Assert.Equal(400, (await SendAsync(room, HttpMethod.Get, theirs.Id, theirs.Token, "", null)).Status);
        Assert.Equal(400, (await SendAsync(room, HttpMethod.Get, theirs.Id, theirs.Token, new string('k', 1025), null)).Status);
    }

    [Theory, EveryDatabase]
    public async Task What_is_too_large_is_refused_and_what_was_used_least_lately_makes_room(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(kind, clock, o => o with { CacheBytes = 4, CacheProjectBytes = 8 });
        var job = await StartAsync(room, await room.RunnerAsync());
        Assert.Equal(413, (await PutAsync(room, job, "large", "12345")).Status);
        foreach (var key in (string[])["a", "b"])
        {
            Assert.Equal(201, (await PutAsync(room, job, key, key + "123")).Status);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        clock.Advance(TimeSpan.FromMinutes(50));
        await job.UpdateAsync(JobState.Running);
        clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal((200, "a123"), await GetAsync(room, job, "a"));
        await PutAsync(room, job, "c", "c123");
        Assert.Equal((404, null), await GetAsync(room, job, "b"));
        Assert.Equal((200, "a123"), await GetAsync(room, job, "a"));
    }

    [Fact]
    public async Task What_nobody_uses_for_two_weeks_goes()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await PutAsync(room, await StartAsync(room, await room.RunnerAsync()), "k", "one");
        clock.Advance(TimeSpan.FromDays(13));
        Assert.Equal(0, await room.Part<SharedCaches>().SweepAsync(Ct));
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await room.Part<SharedCaches>().SweepAsync(Ct));
    }

    [Theory, InlineData("d79f3e7b", null), InlineData("slipway-0.1.0", "yes")]
    public async Task Only_our_own_runner_is_offered_them(string revision, string? offer)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(Job);
        var runner = await room.RunnerAsync();
        runner.Revision = revision;
        var answer = await runner.RequestAsync();
        Assert.Equal((201, offer), (answer.Status, answer[WireHeader.SharedCache]));
    }

    private static async Task<WireJob> StartAsync(CoordinatorRoom room, WireRunner runner, bool isProtected = false)
    {
        await room.PipelineAsync(Job, isProtected: isProtected);
        return await runner.StartAsync();
    }

    private static async Task<(int Status, string? Body)> GetAsync(CoordinatorRoom room, WireJob job, string key, string? tag = null)
    {
        var (status, body, _) = await SendAsync(room, HttpMethod.Get, job.Id, job.Token, key, null, tag);
        return (status, status == (int)HttpStatusCode.NotFound ? null : body);
    }

    private static async Task<(int Status, string? Tag)> PutAsync(CoordinatorRoom room, WireJob job, string key, string content)
    {
        var (status, _, tag) = await SendAsync(room, HttpMethod.Put, job.Id, job.Token, key, content);
        return (status, tag);
    }

    private static async Task<(int Status, string Body, string? Tag)> SendAsync(
        CoordinatorRoom room,
        HttpMethod method,
        long job,
        string token,
        string key,
        string? content,
        string? tag = null
    )
    {
        using var request = new HttpRequestMessage(method, $"/api/v4/jobs/{job}/cache?key={key}");
        request.Headers.Add(WireHeader.JobToken, token);
        if (tag is not null)
            request.Headers.Add("If-None-Match", tag);
        if (content is not null)
            request.Content = new StringContent(content);
        using var response = await room.Server.Anonymous.SendAsync(request, Ct);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct), response.Headers.ETag?.Tag);
    }
}
