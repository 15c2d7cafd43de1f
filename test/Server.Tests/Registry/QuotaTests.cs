using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>A project has no more images than it may, however they come.</summary>
public sealed class QuotaTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task<RegistryRoom> OpenAsync(DatabaseKind kind) =>
        RegistryRoom.OpenAsync(kind, with: options => options with { Registry = new RegistryOptions { ProjectBytes = 1000 } });

    [Theory, EveryDatabase]
    public async Task What_is_too_much_is_refused_in_words_that_docker_shows(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var (client, one, other, first) = (room.Client, room.Repository(), room.Repository(), Images.Bytes(600));
        await client.PushAsync(one, first);
        var large = Images.Bytes(500);
        var refused = await client.SendAsync("POST", $"/v2/{one}/blobs/uploads/?digest={Images.Digest(large)}", large);
        Assert.Equal((403, "DENIED"), (refused.Status, refused.Code));
        Assert.Contains(
            "quota exceeded: the images of the project have 600 B and may have 1000 B",
            refused.Json.GetProperty("errors")[0].GetProperty("message").GetString()
        );

        // As docker sends it: nobody knows how much there will be.
        var at = (await client.SendAsync("POST", $"/v2/{one}/blobs/uploads/", null)).Location;
        Assert.Equal(403, (await client.SendAsync("PATCH", at, large, ("Transfer-Encoding", "chunked"))).Status);
        Assert.Equal(202, (await client.SendAsync("PATCH", at, large[..300])).Status);
        Assert.Equal(403, (await client.SendAsync("PATCH", at, large[300..])).Status);
        Assert.Equal(403, (await client.SendAsync("PUT", $"{at}?digest={Images.Digest(large)}", large[300..])).Status);

        // The same layer in another repository of the project counts once.
        await client.PushAsync(other, first);
        await client.PushAsync(one, Images.Bytes(400));
        Assert.Equal(403, (await client.SendAsync("POST", $"/v2/{one}/blobs/uploads/", null)).Status);
        var mount = $"/v2/{other}/blobs/uploads/?mount={Images.Digest(first)}&from={one}";
        Assert.Equal(201, (await client.SendAsync("POST", mount, null)).Status);

        foreach (var repository in (string[])[one, other])
            Assert.Equal(202, (await client.DeleteAsync($"/v2/{repository}/blobs/{Images.Digest(first)}")).Status);
        await client.PushAsync(one, Images.Bytes(600));
    }

    [Theory, EveryDatabase]
    public async Task A_project_may_have_a_quota_of_its_own(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var quotas = room.Server.Services.GetRequiredService<Quotas>();
        Assert.Equal((null, 1000), await quotas.FindAsync(room.Project.Id, Ct));
        await quotas.SetAsync(room.Project.Id, 2000, Ct);
        Assert.Equal((2000, 2000), await quotas.FindAsync(room.Project.Id, Ct));
        var (from, here) = ("ada/other", room.Repository());
        await room.Server.ProjectAsync(room.Owner.Row, "other");
        var (large, small) = (Images.Bytes(900), Images.Bytes(100));
        await room.Client.PushAsync(from, large);
        await room.Client.PushAsync(from, small);
        await room.Client.PushAsync(here, Images.Bytes(1500));
        // A layer of another project is one more here.
        Assert.Equal(202, (await MountAsync(large)).Status);
        Assert.Equal(201, (await MountAsync(small)).Status);
        await quotas.SetAsync(room.Project.Id, null, Ct);
        Assert.Equal(403, (await room.Client.SendAsync("POST", $"/v2/{here}/blobs/uploads/", null)).Status);

        Task<Said> MountAsync(byte[] blob) =>
            room.Client.SendAsync("POST", $"/v2/{here}/blobs/uploads/?mount={Images.Digest(blob)}&from={from}", null);
    }

    [Theory, EveryDatabase]
    public async Task Manifests_count_too_each_once(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var (one, other, config, layer) = (room.Repository(), room.Repository(), Images.Bytes(50), Images.Bytes(50));
        foreach (var repository in (string[])[one, other])
        {
            await room.Client.PushAsync(repository, config);
            await room.Client.PushAsync(repository, layer);
        }

        var manifest = Images.Image(config, layer).ToBytes();
        Assert.Equal(201, (await room.Client.PutAsync(one, "a", manifest)).Status);
        Assert.Equal(201, (await room.Client.PutAsync(one, "b", manifest)).Status);
        Assert.Equal(201, (await room.Client.PutAsync(other, "a", manifest)).Status);
        var usage = room.Server.Services.GetRequiredService<ImageUsage>();
        Assert.Equal(100 + manifest.Length, (await usage.OfProjectAsync(room.Project.Id, Ct)).Bytes);
        Assert.Equal(100 + manifest.Length, Assert.Single(await usage.OfProjectsAsync(Ct)).Bytes);

        var longer = Images.Image(config, layer);
        longer["annotations"] = new System.Text.Json.Nodes.JsonObject { ["long"] = new string('a', 400) };
        var refused = await room.Client.PutAsync(one, "c", longer.ToBytes());
        Assert.Equal((403, "DENIED"), (refused.Status, refused.Code));
        Assert.Contains("quota exceeded: the images of the project have", refused.Text);
        Assert.Equal(404, (await room.Client.GetAsync($"/v2/{one}/manifests/c")).Status);
    }

    [Theory, EveryDatabase]
    public async Task Many_at_once_do_not_get_past_it(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var repository = room.Repository();
        await room.Client.PushAsync(repository, Images.Bytes(10));
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ => Images.Bytes(300))
                .Select(blob => room.Client.SendAsync("POST", $"/v2/{repository}/blobs/uploads/?digest={Images.Digest(blob)}", blob))
        );
        Assert.Equal(3, all.Count(said => said.Status == 201));
        Assert.Equal(5, all.Count(said => said.Status == 403));
        Assert.Equal(910, (await room.Server.Services.GetRequiredService<ImageUsage>().OfProjectAsync(room.Project.Id, Ct)).Bytes);
    }
}
