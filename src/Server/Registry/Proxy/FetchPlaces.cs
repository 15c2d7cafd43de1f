using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// How many blobs come at the same time: 64, and of those at most a quarter for one group, so that no group's pulls are all that this server does. A place that
/// becomes free goes to the group that has fewest, and there to who came first. The mirror counts as a group.
/// </summary>
/// <param name="patience">How long one waits for a place.</param>
internal sealed class FetchPlaces(TimeSpan patience, TimeProvider time)
{
    public const int All = 64;
    public const int Share = All / 4;

    /// <summary>Seconds after which to come again. A layer takes about as long.</summary>
    private const int ComeAgain = 30;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _taken = [];
    private readonly List<Waiting> _waiting = [];
    private int _free = All;

    /// <returns>A place, to be disposed of; or why there is none.</returns>
    public async Task<(IDisposable? Place, UpstreamRefusal? Refusal)> TakeAsync(BlobFlight flight, CancellationToken ct)
    {
        var waiting = new Waiting(flight);
        lock (_gate)
            _waiting.Add(waiting);
        Look();
        await ((Task)waiting.Place.Task.WaitAsync(patience, time, ct)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            if (_waiting.Remove(waiting))
            {
                ct.ThrowIfCancellationRequested();
                return (null, _free > 0 ? OverItsShare : Full);
            }

        return (await waiting.Place.Task, null);
    }

    /// <summary>Hands out what is free. To be called when one who waits is waited for by another group too, at whose cost it may begin.</summary>
    public void Look()
    {
        lock (_gate)
            while (_free > 0 && Next() is (var waiting, var owner))
            {
                _free--;
                _taken[owner] = Taken(owner) + 1;
                _waiting.Remove(waiting);
                waiting.Place.SetResult(new Place(this, owner));
            }
    }

    private (Waiting Waiting, long Owner)? Next()
    {
        (Waiting Waiting, long Owner)? next = null;
        var fewest = Share;
        foreach (var waiting in _waiting)
        foreach (var owner in waiting.Flight.Owners)
            if (Taken(owner) < fewest)
                (next, fewest) = ((waiting, owner), Taken(owner));
        return next;
    }

    private int Taken(long owner) => _taken.GetValueOrDefault(owner);

    private void Free(long owner)
    {
        lock (_gate)
        {
            _free++;
            if (--_taken[owner] == 0)
                _taken.Remove(owner);
        }

        Look();
    }

    private static UpstreamRefusal OverItsShare =>
        Later(
            StatusCodes.Status429TooManyRequests,
            "TOOMANYREQUESTS",
            "as many layers are being fetched for this group as one group may have"
        );

    private static UpstreamRefusal Full =>
        Later(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "the server fetches as many layers as it can");

    private static UpstreamRefusal Later(int status, string code, string why) =>
        new(new RegistryError(status, code, $"{why}: try again in a while"))
        {
            RetryAfter = ComeAgain.ToString(CultureInfo.InvariantCulture),
        };

    private sealed record Waiting(BlobFlight Flight)
    {
        public TaskCompletionSource<IDisposable> Place { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Place(FetchPlaces all, long owner) : IDisposable
    {
        public void Dispose() => all.Free(owner);
    }
}
