using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Uploads;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Uploads that do not go as they should.</summary>
public sealed class UploadTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_its_repositorys_alone()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var (one, other) = (room.Repository(), room.Repository());
        await room.Client.PushAsync(other, [1]);
        var begun = (await room.Client.SendAsync("POST", $"/v2/{one}/blobs/uploads/", null)).Location;
        var elsewhere = begun.Replace(one, other);

        Assert.Equal(404, (await room.Client.GetAsync(elsewhere)).Status);
        Assert.Equal(404, (await room.Client.SendAsync("PATCH", elsewhere, [1])).Status);
        Assert.Equal(404, (await room.Client.SendAsync("PUT", $"{elsewhere}?digest={Images.Digest([])}", null)).Status);
        Assert.Equal(404, (await room.Client.SendAsync("DELETE", elsewhere, null)).Status);
        Assert.Equal(204, (await room.Client.GetAsync(begun)).Status);
    }

    [Fact]
    public async Task A_piece_that_is_not_what_it_says_changes_nothing()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var at = (await room.Client.SendAsync("POST", $"/v2/{room.Repository()}/blobs/uploads/", null)).Location;
        foreach (
            var (range, headers, status) in (IEnumerable<(string, (string, string)[], int)>)
                [("0-2", [], 416), ("0-2", [("Transfer-Encoding", "chunked")], 416), ("1-4", [], 416), ("x", [], 400)]
        )
        {
            var said = await room.Client.SendAsync("PATCH", at, [1, 2, 3, 4], [.. headers, ("Content-Range", range)]);
            Assert.Equal((range, status, "BLOB_UPLOAD_INVALID"), (range, said.Status, said.Code));
        }

        Assert.Equal("0-0", (await room.Client.GetAsync(at)).Header("Range"));
        var good = await room.Client.SendAsync("PATCH", at, [1, 2, 3, 4], ("Content-Range", "bytes 0-3"));
        Assert.Equal((202, "0-3"), (good.Status, good.Header("Range")));
        // Without a place it goes to the end.
        Assert.Equal("0-5", (await room.Client.SendAsync("PATCH", at, [5, 6])).Header("Range"));
        Assert.Equal(201, (await room.Client.SendAsync("PUT", $"{at}?digest={Images.Digest([1, 2, 3, 4, 5, 6])}", null)).Status);
    }

    [Fact]
    public async Task More_than_a_blob_may_have_is_refused()
    {
        await using var room = await RegistryRoom.OpenAsync(with: options =>
            options with
            {
                Registry = new RegistryOptions { BlobBytes = 1000, Pieces = 3 },
            }
        );
        var repository = room.Repository();
        var large = Images.Bytes(1001);
        var one = await room.Client.SendAsync("POST", $"/v2/{repository}/blobs/uploads/?digest={Images.Digest(large)}", large);
        Assert.Equal((413, "SIZE_INVALID"), (one.Status, one.Code));

        var at = (await room.Client.SendAsync("POST", $"/v2/{repository}/blobs/uploads/", null)).Location;
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", at, large[..600])).Status);
        Assert.Equal(413, (await room.Client.SendAsync("PATCH", at, large[600..])).Status);
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", at, [1])).Status);
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", at, [1])).Status);
        Assert.Equal((400, "BLOB_UPLOAD_INVALID"), await RefusalAsync(room.Client.SendAsync("PATCH", at, [1])));
    }

    [Theory, EveryDatabase]
    public async Task Two_who_push_the_same_blob_at_once_have_both_pushed_it(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (repository, bytes) = (room.Repository(), Images.Bytes(100_000));
        await room.Client.PushAsync(repository, [1]);
        await room.Client.GetAsync($"/v2/{repository}/tags/list");
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => room.Client.PushAsync(repository, bytes)));
        Assert.Equal(bytes, (await room.Client.GetAsync($"/v2/{repository}/blobs/{all[0]}")).Body);
        Assert.Equal(2, await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM registry_blobs", null, Ct));
    }

    [Fact]
    public async Task An_upload_that_nobody_goes_on_with_is_removed_and_its_bytes_with_it()
    {
        var clock = new Clock();
        await using var room = await RegistryRoom.OpenAsync(time: clock);
        var at = (await room.Client.SendAsync("POST", $"/v2/{room.Repository()}/blobs/uploads/", null)).Location;
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", at, Images.Bytes(10))).Status);
        var store = room.Server.Services.GetRequiredService<UploadStore>();

        clock.Advance(TimeSpan.FromHours(23));
        await store.SweepAsync(Ct);
        Assert.Equal(204, (await room.Client.GetAsync(at)).Status);
        clock.Advance(TimeSpan.FromHours(2));
        await store.SweepAsync(Ct);

        Assert.Equal(404, (await room.Client.GetAsync(at)).Status);
        Assert.Equal(0, await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM registry_pieces", null, Ct));
        var blobs = room.Server.Services.GetRequiredService<IBlobStore>();
        var sweep = new BlobSweep(room.Server.Db, blobs, clock) { Grace = TimeSpan.Zero };
        await sweep.RunAsync(Ct);
        Assert.Empty(await blobs.ListAsync(Ct).ToListAsync(Ct));
    }

    /// <summary>Sweeping without a grace takes nothing that a repository or an upload has, and all that none has any more.</summary>
    [Theory, EveryDatabase]
    public async Task A_sweep_takes_no_blob_that_is_somebodys(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (one, other) = (room.Repository(), room.Repository());
        var (shared, half) = (Images.Bytes(100), Images.Bytes(200));
        var blobs = room.Server.Services.GetRequiredService<IBlobStore>();
        var sweep = new BlobSweep(room.Server.Db, blobs, TimeProvider.System) { Grace = TimeSpan.Zero };
        var digest = await room.Client.PushAsync(one, shared, "sha512");
        Assert.Equal(201, (await room.Client.SendAsync("POST", $"/v2/{other}/blobs/uploads/?mount={digest}&from={one}", null)).Status);
        var at = (await room.Client.SendAsync("POST", $"/v2/{one}/blobs/uploads/", null)).Location;
        Assert.Equal(202, (await room.Client.SendAsync("PATCH", at, half[..150])).Status);

        Assert.Equal(202, (await room.Client.DeleteAsync($"/v2/{one}/blobs/{digest}")).Status);
        Assert.Equal(0, await sweep.RunAsync(Ct));

        Assert.Equal(shared, (await room.Client.GetAsync($"/v2/{other}/blobs/{digest}")).Body);
        var end = await room.Client.SendAsync("PUT", $"{at}?digest={Images.Digest(half)}", half[150..]);
        Assert.Equal(201, end.Status);
        Assert.Equal(half, (await room.Client.GetAsync(end.Location)).Body);
        Assert.Equal(202, (await room.Client.DeleteAsync($"/v2/{other}/blobs/{digest}")).Status);
        // The shared one, and the first piece of the other.
        Assert.Equal(2, await sweep.RunAsync(Ct));
        Assert.Equal(half, (await room.Client.GetAsync(end.Location)).Body);
    }

    [Fact]
    public async Task A_killed_server_goes_on_where_the_last_answer_was()
    {
        using var folder = new TemporaryFolder();
        var (whole, repository) = (Images.Bytes(300_000), "ada/app/r");
        var token = await SetUpAsync(folder.Path);
        var (first, address) = await Victim.StartAsync("server", folder.Path);
        string at;
        using (var client = new RegistryClient(new Uri(address), "ada", token))
        {
            at = (await client.SendAsync("POST", $"/v2/{repository}/blobs/uploads/", null)).Location;
            Assert.Equal(202, (await client.SendAsync("PATCH", at, whole[..200_000])).Status);
        }

        await KillAsync(first);
        (var second, address) = await Victim.StartAsync("server", folder.Path);
        using (var client = new RegistryClient(new Uri(address), "ada", token))
        {
            Assert.Equal("0-199999", (await client.GetAsync(at)).Header("Range"));
            Assert.Equal(202, (await client.SendAsync("PATCH", at, whole[200_000..], ("Content-Range", "200000-299999"))).Status);
            var end = await client.SendAsync("PUT", $"{at}?digest={Images.Digest(whole)}", null);
            Assert.Equal(201, end.Status);
            await KillAsync(second);
            (var third, address) = await Victim.StartAsync("server", folder.Path);
            using var again = new RegistryClient(new Uri(address), "ada", token);
            Assert.Equal(whole, (await again.GetAsync(end.Location)).Body);
            await KillAsync(third);
        }
    }

    private static async Task KillAsync(System.Diagnostics.Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(Ct);
        process.Dispose();
    }

    /// <returns>A token of ada's, who has the project <c>ada/app</c>.</returns>
    private static async Task<string> SetUpAsync(string folder)
    {
        await using var server = await TestServer.StartAsync(
            DatabaseKind.Sqlite,
            with: options => options with { DataFolder = folder, Database = null }
        );
        var ada = await server.UserAsync("ada");
        await server.ProjectAsync(ada.Row, "app");
        return ada.Token;
    }

    private static async Task<(int, string)> RefusalAsync(Task<Said> asked)
    {
        var said = await asked;
        return (said.Status, said.Code);
    }
}
