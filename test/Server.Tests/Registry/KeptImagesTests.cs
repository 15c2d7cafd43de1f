using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Images are among what the doctor looks after and a backup carries away.</summary>
public sealed class KeptImagesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task The_doctor_names_layers_and_images_that_are_damaged(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var image = await room.Client.PushImageAsync("ada/app");
        var layer = await room.Client.PushAsync("ada/app", Images.Bytes(100), "sha512");
        Assert.Equal([], await WrongAsync(room));
        foreach (
            var (broken, expected) in (IEnumerable<(string, string)>)
                [
                    ("UPDATE registry_blobs SET size = 99 WHERE size = 100", "I8 layer sha256:"),
                    ("UPDATE registry_blobs SET size = 513 WHERE size = 512", $"I10 image {image}: its sha256:"),
                    ("UPDATE registry_links SET target = 'sha256:' || target", $"I10 image {image}: nothing keeps its sha256:"),
                    ("UPDATE registry_links SET target = substr(target, 8)", $"I10 image {image}: its sha256:"),
                    ("DELETE FROM registry_blobs WHERE size = 64", $"I9 image {image}: sha256:"),
                    ("UPDATE registry_manifests SET content = name_key FROM registry_tags", $"I9 image {image}: it is not what was pushed"),
                ]
        )
        {
            await room.Server.Db.ExecuteAsync(broken, null, Ct);
            Assert.Contains(await WrongAsync(room), wrong => wrong.StartsWith(expected));
        }

        Assert.StartsWith("sha512:", layer);
    }

    [Theory, EveryDatabase]
    public async Task A_backup_has_the_images(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        await room.Client.PushImageAsync("ada/app");
        var layer = Images.Bytes(100);
        var digest = await room.Client.PushAsync("ada/app/x", layer, "sha512");
        using var folder = new TemporaryFolder();
        await Backup.CreateAsync(room.Server.Options, folder["backup"], true, TimeProvider.System, _ => { }, Ct);
        var options = new ServerOptions { DataFolder = folder["data"], Listen = new(System.Net.IPAddress.Loopback, 0) };
        await Backup.RestoreAsync(folder["backup"], options, null, TimeProvider.System, _ => { }, Ct);

        await using var again = await SlipwayServer.StartAsync(options, TimeProvider.System, _ => { }, Ct);
        using var client = new RegistryClient(again.Address, "ada", room.Owner.Token);
        Assert.Equal(layer, (await client.GetAsync($"/v2/ada/app/x/blobs/{digest}")).Body);
        var manifest = await client.GetAsync("/v2/ada/app/manifests/latest");
        var config = manifest.Json.GetProperty("config").GetProperty("digest");
        Assert.Equal(200, (await client.GetAsync($"/v2/ada/app/blobs/{config}")).Status);
    }

    private static async Task<IReadOnlyList<string>> WrongAsync(RegistryRoom room) =>
        [
            .. from check in (await Doctor.ExamineAsync(room.Server.Options, deep: true, TimeProvider.System, _ => { }, Ct)).Checks
            from trouble in check.Troubles
            select $"{check.Name.Split(' ')[0]} {trouble.What}",
        ];
}
