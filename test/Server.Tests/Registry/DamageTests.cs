using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>When a layer is held against its digest, and what is done about one that is damaged.</summary>
public sealed class DamageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_layer_is_believed_for_a_day_and_then_looked_at_again()
    {
        var clock = new Clock(TimeProvider.System.GetUtcNow());
        await using var room = await RegistryRoom.OpenAsync(time: clock);
        var (repository, layer) = (room.Repository(), Images.Bytes(1000));
        var at = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, layer)}";
        var changed = layer.ToArray();
        changed[500] ^= 4;
        await File.WriteAllBytesAsync(PathOf(room, layer), changed, Ct);
        Assert.Equal(changed, (await room.Client.GetAsync(at)).Body);

        clock.Advance(TimeSpan.FromHours(25));
        var said = await room.Client.GetAsync(at);
        Assert.Equal((503, "UNAVAILABLE"), (said.Status, said.Code));
        Assert.Null(said.Header("ETag"));
        Assert.Equal(404, (await room.Client.HeadAsync(at)).Status);
        Assert.Equal(503, (await room.Client.GetAsync(at, ("Range", "bytes=0-9"))).Status);

        await room.Client.PushAsync(repository, layer);
        Assert.Equal(layer, (await room.Client.GetAsync(at)).Body);
    }

    /// <summary>A range that the store has no more bytes for.</summary>
    [Fact]
    public async Task A_layer_that_was_cut_is_no_answer_to_a_range_either()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var (repository, layer) = (room.Repository(), Images.Bytes(1000));
        var at = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, layer)}";
        await File.WriteAllBytesAsync(PathOf(room, layer), layer[..900], Ct);
        Assert.Equal(503, (await room.Client.GetAsync(at, ("Range", "bytes=890-999"))).Status);
        Assert.Equal(404, (await room.Client.HeadAsync(at)).Status);
    }

    private static string PathOf(RegistryRoom room, byte[] layer)
    {
        var hex = Images.Digest(layer)["sha256:".Length..];
        return Path.Combine(room.Server.DataFolder, "blobs", "sha256", hex[..2], hex);
    }
}
