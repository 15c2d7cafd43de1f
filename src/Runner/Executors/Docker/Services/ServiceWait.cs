using System.Text;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>
/// Waits until a job's services are up (runner-protocol §14.2). One that does not come up is reported with its log, and the job goes on: its
/// script may know better.
/// </summary>
internal sealed class ServiceWait(EngineClient engine, JobTrace trace, TimeProvider time)
{
    private const int LogLines = 500;
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(500);

    /// <param name="seconds">As configured: 0 means 30, less than 0 not to wait.</param>
    public async Task AllAsync(IReadOnlyList<RunningService> services, int seconds, CancellationToken ct)
    {
        if (services.Count == 0 || seconds < 0)
            return;
        var limit = seconds == 0 ? 30 : seconds;
        trace.Line($"Waiting for services to be up and running (timeout {limit} seconds)...");
        var problems = await Task.WhenAll(services.Select(service => ProblemAsync(service, TimeSpan.FromSeconds(limit), ct)));
        foreach (var (service, problem) in services.Zip(problems))
            if (problem is not null)
                await ReportAsync(service, problem, ct);
    }

    /// <returns><see langword="null"/>: it is up.</returns>
    private async Task<string?> ProblemAsync(RunningService service, TimeSpan limit, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            var details = await engine.InspectContainerAsync(service.Container, ct);
            if (EndOf(details) is { } end)
                return end;
            var check = ServiceCheck.Of(details.Config);
            if (check is ServiceCheck.Nothing)
                return "service has no exposed ports";
            var ended = engine.WaitContainerAsync(service.Container, over.Token);
            var ready = UntilReadyAsync(details, check, limit, over.Token);
            return await Task.WhenAny(ended, ready) == ready ? await ready : Ended((await ended).StatusCode);
        }
        catch (EngineException e)
        {
            // What looks into a container that has just ended fails before its end is heard of.
            return await EndOfAsync(service, ct) ?? e.Message;
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<string?> EndOfAsync(RunningService service, CancellationToken ct)
    {
        try
        {
            return EndOf(await engine.InspectContainerAsync(service.Container, ct));
        }
        catch (EngineException)
        {
            return null;
        }
    }

    private static string? EndOf(ContainerDetails details) =>
        details.State is { Running: false, Status: "exited" or "dead" } state ? Ended(state.ExitCode) : null;

    private static string Ended(int exitCode) => $"the container ended with exit code {exitCode}";

    private async Task<string?> UntilReadyAsync(ContainerDetails service, ServiceCheck check, TimeSpan limit, CancellationToken ct)
    {
        var probe = new ServiceProbe(engine, service);
        var begun = time.GetTimestamp();
        var pause = _firstPause;
        while (true)
        {
            using var rest = CancellationTokenSource.CreateLinkedTokenSource(ct);
            rest.CancelAfter(limit);
            string? problem;
            try
            {
                problem = await probe.TryAsync(check, rest.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                problem = "no answer";
            }

            if (problem is null)
                return null;
            if (time.GetElapsedTime(begun) + pause > limit)
                return $"timeout after {limit.TotalSeconds:0} seconds: {problem}";
            await Task.Delay(pause, time, ct);
            pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
        }
    }

    private async Task ReportAsync(RunningService service, string problem, CancellationToken ct)
    {
        var logs = new StringBuilder();
        try
        {
            await engine.ReadLogsAsync(service.Container, LogLines, follow: false, (_, bytes) => Collect(logs, bytes), ct);
        }
        catch (EngineException e)
        {
            logs.Append(e.Message);
        }

        trace.Line(
            $"\n\e[0;33m*** WARNING:\e[0;m Service {service.ContainerName} probably didn't start properly.\n\n"
                + $"Health check error:\n{problem.Trim()}\n\nService container logs:\n{logs.ToString().Trim()}\n\n\e[0;33m*********\e[0;m\n"
        );
    }

    private static ValueTask Collect(StringBuilder logs, ReadOnlyMemory<byte> bytes)
    {
        logs.Append(Encoding.UTF8.GetString(bytes.Span));
        return ValueTask.CompletedTask;
    }
}
