using System.Collections.Concurrent;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Webhooks;

/// <summary>
/// What anybody in a project listens to, remembered for some seconds: every change of a job asks. What is changed here counts at once; what another instance
/// changes, when those seconds are over.
/// </summary>
internal sealed class HeardEvents(TimeProvider time)
{
    private const int MostProjects = 10_000;

    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, (IReadOnlySet<string> Events, long Until)> _known = [];

    public async Task<IReadOnlySet<string>> OfAsync(Session session, long project, CancellationToken ct)
    {
        var now = time.Milliseconds();
        if (_known.TryGetValue(project, out var known) && now < known.Until)
            return known.Events;
        var rows = await session.QueryAsync<string>("SELECT events FROM webhooks WHERE project_id = @project", new { project }, ct);
        var heard = rows.SelectMany(WebhookStore.EventsOf).ToHashSet();
        if (_known.Count >= MostProjects)
            _known.Clear();
        _known[project] = (heard, now + (long)Remembered.TotalMilliseconds);
        return heard;
    }

    /// <summary>Somebody has changed a project's webhooks.</summary>
    public void Forget(long project) => _known.TryRemove(project, out _);
}
