using System.Text;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>Shows what services write while the job runs: <c>CI_DEBUG_SERVICES</c>. Each line says which service it is from.</summary>
internal sealed class ServiceLogs(EngineClient engine, JobTrace trace) : IAsyncDisposable
{
    private const int MaxLine = 16 * 1024;
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _followers = [];

    public void Follow(RunningService service) => _followers.Add(FollowAsync(service));

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_followers);
        _over.Dispose();
    }

    private async Task FollowAsync(RunningService service)
    {
        var name = $"{service.Plan.Image.Written}-{service.Plan.Aliases[^1]}";
        var waiting = new List<byte>();
        try
        {
            await engine.ReadLogsAsync(
                service.Container,
                tail: null,
                follow: true,
                (_, bytes) => Take(name, waiting, bytes.Span),
                _over.Token
            );
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException or IOException)
        {
            // The container is gone, or the job is over.
        }
    }

    private ValueTask Take(string name, List<byte> waiting, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b != '\n' && waiting.Count < MaxLine)
            {
                waiting.Add(b);
                continue;
            }

            trace.Line($"\e[36m[service:{name}]\e[0;m {Encoding.UTF8.GetString([.. waiting])}");
            waiting.Clear();
            if (b != '\n')
                waiting.Add(b);
        }

        return ValueTask.CompletedTask;
    }
}
