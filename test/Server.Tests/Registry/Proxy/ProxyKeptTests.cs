using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>Images of other registries are among what the doctor looks after, and what is damaged of them is fetched again.</summary>
public sealed class ProxyKeptTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task The_doctor_names_what_is_damaged_and_the_next_pull_brings_it_again(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (image, layer) = room.Upstream.Image("library/alpine", "latest");
        var store = room.Server.Services.GetRequiredService<IBlobStore>();
        foreach (
            var (breakAsync, what, where) in (IEnumerable<(Func<Task>, string, string)>)
                [
                    (() => store.DeleteAsync(BlobDigest.Parse(layer, null), Ct), $"layer {layer}: its bytes are gone", "the blob store"),
                    (() => ChangeAsync(room, layer), $"layer {layer}: its bytes are not those that were put", "the blob store"),
                    (() => DoAsync(room, "blobs SET size = 7"), $"layer {layer}: it has 1000 bytes and should have 7", "the blob store"),
                    (() => DoAsync(room, $"blobs SET digest = '{image}'"), $"layer {layer}: it is given out as {image}", "the blob store"),
                    (() => DoAsync(room, "blobs SET blob = 'x'"), "layer x: its name is no digest", "the blob store"),
                    (
                        () => DoAsync(room, "manifests SET content = @other"),
                        $"image {image}: it is not what was pulled",
                        "dependency proxy of team"
                    ),
                    (() => DoAsync(room, "manifests SET size = 7"), $"image {image}: it has ", "dependency proxy of team"),
                    (
                        () => DoAsync(room, "manifests SET namespace_id = 0, size = 7"),
                        $"image {image}: it has ",
                        "image docker.io/library/alpine, the mirror"
                    ),
                ]
        )
        {
            Assert.Equal(200, (await room.ManifestAsync("alpine", "latest")).Status);
            Assert.Equal(1000, (await room.BlobAsync("alpine", layer)).Body.Length);
            Assert.Empty((await ExamineAsync(room)).Troubles);
            await breakAsync();

            var found = await ExamineAsync(room);
            var trouble = Assert.Single(found.Troubles);
            Assert.StartsWith(what, trouble.What);
            Assert.Contains(where, trouble.Where);
            Assert.NotEqual(("", ""), (trouble.Why, trouble.Next));
            await using (var administration = await Administration.OpenAsync(room.Server.Options, TimeProvider.System, Ct))
                Assert.Equal(1, await administration.NoteDamagedImagesAsync(found.Damaged, Ct));
            Assert.Empty((await ExamineAsync(room)).Troubles);
        }
    }

    /// <summary>Their bytes are not in a backup, so that they are here is not in it either.</summary>
    [Theory, EveryDatabase]
    public async Task What_a_backup_brings_back_of_them_is_sound(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        await room.ManifestAsync("alpine", "latest");
        await room.BlobAsync("alpine", layer);
        using var folder = new TemporaryFolder();
        await Backup.CreateAsync(room.Server.Options, folder["backup"], true, TimeProvider.System, _ => { }, Ct);
        var options = new ServerOptions { DataFolder = folder["data"] };
        await Backup.RestoreAsync(folder["backup"], options, null, TimeProvider.System, _ => { }, Ct);

        var found = await Doctor.ExamineImagesAsync(options, TimeProvider.System, _ => { }, Ct);
        Assert.Contains(found.Checks, check => check.Name.StartsWith("proxy ") && check.Said == "1 image, 0 layers");
        Assert.DoesNotContain(found.Checks, check => check.Health == Diagnosis.Health.Bad);
    }

    private static Task<int> DoAsync(ProxyRoom room, string change) =>
        room.Server.Db.ExecuteAsync("UPDATE dependency_proxy_" + change, new { other = "{}"u8.ToArray() }, Ct);

    private static Task ChangeAsync(ProxyRoom room, string digest)
    {
        var hex = digest["sha256:".Length..];
        return File.WriteAllBytesAsync(Path.Combine(room.Server.DataFolder, "blobs", "sha256", hex[..2], hex), new byte[1000], Ct);
    }

    private static async Task<(IReadOnlyList<Diagnosis.Trouble> Troubles, IReadOnlyList<string> Damaged)> ExamineAsync(ProxyRoom room)
    {
        var found = await Doctor.ExamineImagesAsync(room.Server.Options, TimeProvider.System, _ => { }, Ct);
        return ([.. found.Checks.SelectMany(check => check.Troubles)], found.Damaged);
    }
}
