using System.Collections.Concurrent;

namespace Slipway.Server.Jobs.Traces;

/// <summary>Which logs somebody is looking at, so that their runners send them sooner.</summary>
internal sealed class TraceWatchers(TimeProvider time)
{
    private const int MostKept = 10_000;

    /// <summary>How long one look counts: who goes on looking says so again.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, DateTimeOffset> _looks = [];

    public void Watch(long job)
    {
        if (_looks.Count >= MostKept)
            _looks.Clear();
        _looks[job] = time.GetUtcNow();
    }

    /// <summary>Seconds until the next piece of a log is wanted. GitLab's: 3 while somebody looks, else 60.</summary>
    public int Interval(long job) => _looks.TryGetValue(job, out var look) && time.GetUtcNow() - look < Look ? 3 : 60;
}
