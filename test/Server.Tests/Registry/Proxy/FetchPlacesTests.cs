using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>However much one group pulls, others' pulls go on.</summary>
public sealed class FetchPlacesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_that_has_its_share_is_told_to_come_again_and_another_gets_its_layer()
    {
        await using var room = await ProxyRoom.OpenAsync(with: new RegistryOptions { FetchPatience = TimeSpan.Zero });
        await room.Server.GroupAsync(room.Owner.Row, "others");
        var go = new TaskCompletionSource();
        var asked = new SemaphoreSlim(0);
        room.Upstream.First = async request =>
        {
            if (!request.RequestUri!.AbsolutePath.StartsWith("/v2/library/large/blobs/"))
                return null;
            asked.Release();
            await go.Task;
            return null;
        };
        var layers = Enumerable.Range(0, FetchPlaces.Share).Select(n => room.Upstream.Image("library/large", $"{n}").Layer).ToList();
        var pulls = layers.Select(layer => room.BlobAsync("large", layer)).ToList();
        foreach (var _ in pulls)
            await asked.WaitAsync(Ct);

        var (_, more) = room.Upstream.Image("library/small", "latest");
        var refused = await room.BlobAsync("small", more);
        Assert.Equal((429, "TOOMANYREQUESTS", "30"), (refused.Status, refused.Code, refused.Header("Retry-After")));
        Assert.Equal(0, room.Upstream.Count("GET /v2/library/small/"));
        var other = await room.Client.GetAsync($"/v2/others/dependency_proxy/containers/small/blobs/{more}");
        Assert.Equal((200, more), (other.Status, Images.Digest(other.Body)));
        // What is cached takes no place.
        Assert.Equal(200, (await room.BlobAsync("small", more)).Status);

        go.SetResult();
        foreach (var (pull, layer) in pulls.Zip(layers))
            Assert.Equal(layer, Images.Digest((await pull).Body));
        var (_, again) = room.Upstream.Image("library/small", "again");
        Assert.Equal(200, (await room.BlobAsync("small", again)).Status);
    }

    [Fact]
    public async Task Who_is_over_the_share_waits_and_gets_the_first_place_that_the_group_gives_back()
    {
        var places = new FetchPlaces(Patience, new Clock());
        var taken = await FillAsync(places, 1, FetchPlaces.Share);
        var first = places.TakeAsync(new BlobFlight(1), Ct);
        var second = places.TakeAsync(new BlobFlight(1), Ct);
        var other = await places.TakeAsync(new BlobFlight(2), Ct);
        other.Place!.Dispose();
        Assert.False(first.IsCompleted);
        taken[5].Dispose();
        Assert.NotNull((await first).Place);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Who_has_waited_long_enough_is_told_whose_places_are_missing()
    {
        var clock = new Clock();
        var places = new FetchPlaces(Patience, clock);
        foreach (var group in (long[])[1, 2, 3])
            await FillAsync(places, group, FetchPlaces.Share);
        var over = places.TakeAsync(new BlobFlight(1), Ct);
        clock.Advance(Patience);
        Assert.Equal((429, "30"), ((await over).Refusal!.Error.Status, (await over).Refusal!.RetryAfter));

        var last = await FillAsync(places, 4, FetchPlaces.Share);
        var full = places.TakeAsync(new BlobFlight(5), Ct);
        clock.Advance(Patience);
        Assert.Equal((503, "30"), ((await full).Refusal!.Error.Status, (await full).Refusal!.RetryAfter));
        // Who has given up gets none, and keeps none from others.
        last[0].Dispose();
        Assert.NotNull((await places.TakeAsync(new BlobFlight(5), Ct)).Place);
    }

    [Fact]
    public async Task The_next_place_is_the_groups_that_has_fewest_whoever_came_first()
    {
        var places = new FetchPlaces(Patience, new Clock());
        var held = await FillAsync(places, 1, FetchPlaces.Share);
        foreach (var group in (long[])[2, 3, 4])
            await FillAsync(places, group, FetchPlaces.Share);
        var greedy = places.TakeAsync(new BlobFlight(1), Ct);
        var modest = places.TakeAsync(new BlobFlight(5), Ct);
        held[0].Dispose();
        Assert.NotNull((await modest).Place);
        Assert.False(greedy.IsCompleted);
    }

    [Fact]
    public async Task A_layer_that_another_group_wants_too_does_not_wait_for_the_first_ones_share()
    {
        var places = new FetchPlaces(Patience, new Clock());
        await FillAsync(places, 1, FetchPlaces.Share);
        using var flight = new BlobFlight(1);
        var waiting = places.TakeAsync(flight, Ct);
        Assert.False(waiting.IsCompleted);
        Assert.True(flight.TryJoin(2));
        places.Look();
        Assert.NotNull((await waiting).Place);
        // It is the other's: of that one's share one is gone.
        await FillAsync(places, 2, FetchPlaces.Share - 1);
        Assert.False(places.TakeAsync(new BlobFlight(2), Ct).IsCompleted);
    }

    private static async Task<List<IDisposable>> FillAsync(FetchPlaces places, long owner, int count)
    {
        var taken = new List<IDisposable>();
        for (var n = 0; n < count; n++)
        {
            var taking = places.TakeAsync(new BlobFlight(owner), Ct);
            Assert.True(taking.IsCompleted);
            taken.Add((await taking).Place!);
        }

        return taken;
    }
}
