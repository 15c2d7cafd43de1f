using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Events;
using Slipway.Server.Git;
using Slipway.Server.Tests.Git;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Events;

/// <summary>https://docs.gitlab.com/api/events/</summary>
public sealed class EventsApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Pushes_are_events_of_their_project_and_of_whoever_pushed(DatabaseKind kind)
    {
        await using var server = await GitServer.StartAsync(kind: kind);
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        var first = (await server.RefsAsync())["main"];
        await git.CommitAsync("two", ("b.txt", "2\n"));
        await git.CommitAsync("three", ("c.txt", "3\n"));
        await git.OkAsync("push", "-q", "origin", "main");
        var events = server.Server.Services.GetRequiredService<PushEvents>();
        foreach (var pushed in (await server.PushedAsync()).Reverse())
            await events.OnPushedAsync(pushed, Ct);
        RefUpdate[] gone = [new RefUpdate("refs/tags/v1", first, new string('0', 40))];
        await events.OnPushedAsync(new Pushed("gone", server.Project.Id, server.Owner.Id, gone, [], 0), Ct);

        var client = server.Owner.Client;
        var path = $"projects/{server.Project.Id}/events";
        var all = (await client.GetApiAsync(path)).Json.EnumerateArray().ToList();
        Assert.Equal(["deleted", "pushed to", "pushed new", "created"], all.Select(one => one.GetProperty("action_name").GetString()));
        Assert.Equal("ada", all[0].GetProperty("author_username").GetString());
        var data = all[1].GetProperty("push_data");
        Assert.Equal(
            (2, "pushed", "branch", first, "main", "three"),
            (
                data.GetProperty("commit_count").GetInt32(),
                Text(data, "action"),
                Text(data, "ref_type"),
                Text(data, "commit_from"),
                Text(data, "ref"),
                Text(data, "commit_title")
            )
        );
        Assert.Equal(4, (await client.GetApiAsync("events")).Json.GetArrayLength());
        Assert.Equal(3, (await client.GetApiAsync($"{path}?action=pushed")).Json.GetArrayLength());
        Assert.Equal(1, (await client.GetApiAsync($"{path}?before=1980-01-01")).Json.GetArrayLength());
        Assert.Equal(0, (await client.GetApiAsync($"{path}?target_type=issue")).Json.GetArrayLength());
        Assert.Equal(400, (await client.GetApiAsync($"{path}?after=yesterday")).Status);

        var other = await server.Server.UserAsync();
        Assert.Equal(0, (await other.Client.GetApiAsync($"users/{server.Owner.Id}/events")).Json.GetArrayLength());
        Assert.Equal(404, (await other.Client.GetApiAsync(path)).Status);
        Assert.Equal(401, (await server.Server.Anonymous.GetApiAsync("events")).Status);
    }

    private static string? Text(JsonElement one, string name) => one.GetProperty(name).GetString();
}
