using System.Collections.Concurrent;

namespace Slipway.Server.Http.Metrics;

/// <summary>What is counted while the server works. What can be asked of the rows when somebody wants to know is not here.</summary>
internal sealed class Meters
{
    /// <summary>Requests that were answered, by method and the class of the status: <c>2xx</c>.</summary>
    public ConcurrentDictionary<(string Method, string Class), long> Requests { get; } = [];

    public Histogram RequestTime { get; } = new();

    /// <summary>From a job's becoming pending to its being handed to a runner.</summary>
    public Histogram JobWait { get; } = new();

    public void Answered(string method, int status, TimeSpan took)
    {
        Requests.AddOrUpdate((Known(method), $"{status / 100}xx"), 1, (_, count) => count + 1);
        RequestTime.Add(took);
    }

    // Whoever makes methods up must not make memory up with them.
    private static string Known(string method) =>
        method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "other";
}
