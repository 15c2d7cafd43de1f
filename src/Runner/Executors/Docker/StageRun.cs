using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Starts a container once, feeds its standard input, and hands on what it writes until it ends.</summary>
internal static class StageRun
{
    /// <summary>How long output may still trickle in when the container has ended.</summary>
    private static readonly TimeSpan _drain = TimeSpan.FromSeconds(10);

    /// <summary>How long an engine may take for a container that was told to die.</summary>
    private static readonly TimeSpan _death = TimeSpan.FromMinutes(1);

    /// <param name="ending">What happens when <paramref name="ct"/> is cancelled.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the container does not run any more.</exception>
    public static async Task<int> ToEndAsync(
        EngineClient engine,
        string container,
        ReadOnlyMemory<byte> input,
        OutputSink sink,
        StageEnding ending,
        TimeProvider time,
        CancellationToken ct
    )
    {
        await using var attached = await engine.AttachAsync(container, ct);
        using var over = new CancellationTokenSource();
        try
        {
            await engine.StartContainerAsync(container, ct);
        }
        catch (OperationCanceledException)
        {
            // It may have started all the same.
            await KillAsync(engine, container);
            throw;
        }

        var output = attached.ReadOutputAsync(sink, over.Token);
        var sent = attached.SendInputAsync(input, over.Token);
        var exit = engine.WaitContainerAsync(container, over.Token);
        try
        {
            var result = await exit.WaitAsync(ct);
            await Task.WhenAny(Task.WhenAll(output, sent), Task.Delay(_drain, time, over.Token));
            return result.StatusCode;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await EndAsync(engine, container, exit, ending, time);
            await Task.WhenAny(output, Task.Delay(_drain, time, over.Token));
            throw;
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private static async Task EndAsync(EngineClient engine, string container, Task exit, StageEnding ending, TimeProvider time)
    {
        using var grace = new CancellationTokenSource(ending.Grace, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, ending.AtOnce);
        try
        {
            limit.Token.ThrowIfCancellationRequested();
            await ending.Terminate(limit.Token);
            await exit.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or EngineException or IOException)
        {
            // Not in time, or not to be asked.
            await KillAsync(engine, container);
            await Task.WhenAny(exit, Task.Delay(_death, time, CancellationToken.None));
        }
    }

    private static async Task KillAsync(EngineClient engine, string container)
    {
        using var limit = new CancellationTokenSource(_death);
        try
        {
            await engine.KillContainerAsync(container, "KILL", limit.Token);
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException or EngineUnreachableException)
        {
            // It does not run, or will be removed by force.
        }
    }
}

/// <summary>How a container's processes are brought to an end.</summary>
/// <param name="Terminate">Asks them to.</param>
/// <param name="Grace">How long they may take before they are killed.</param>
/// <param name="AtOnce">Cancels the grace.</param>
internal sealed record StageEnding(Func<CancellationToken, Task> Terminate, TimeSpan Grace, CancellationToken AtOnce);
