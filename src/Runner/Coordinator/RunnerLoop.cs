using System.Globalization;
using Slipway.Runner.Config;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// Runs the jobs of coordinators: <c>slipway runner run</c>, and a server's built-in runner (runner-protocol §3.5, §17). A configuration that changes is
/// taken over without a running job noticing.
/// </summary>
public static class RunnerLoop
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(3);

    /// <summary>The part of a token's life after which a new one is asked for (runner-protocol §2.4).</summary>
    private const double Worn = 0.75;

    /// <summary>Takes jobs until <paramref name="drain"/>, then waits for those that run. <see cref="RunnerLoopSettings.Abort"/> ends them.</summary>
    public static async Task RunAsync(RunnerLoopSettings settings, CancellationToken drain)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var state = new LoopState(settings);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(drain, settings.Abort, state.Enough);
        var ending = new List<Task>();
        var config = settings.Config;
        while (true)
        {
            var (changed, ended) = await ServeAsync(config, settings, state, over);
            ending.RemoveAll(task => task.IsCompletedSuccessfully);
            ending.Add(ended);
            if (changed is null)
                break;
            config = changed;
            state.Jobs.Capacity = config.Concurrent;
            state.Tell(Said("configuration read again", ("runners", Number(config.Runners.Length))));
        }

        await Task.WhenAll(ending);
    }

    /// <returns>The configuration that takes this one's place, if one does; and what is done when the last job of this one is.</returns>
    private static async Task<(ConfigFile? Changed, Task Ended)> ServeAsync(
        ConfigFile config,
        RunnerLoopSettings settings,
        LoopState state,
        CancellationTokenSource over
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var entries = Entries(config, settings, state);
        var asking = entries.Select(entry => entry.Entry.AskAsync(config.CheckInterval, stop.Token, over.Token)).ToList();
        ConfigFile? changed = null;
        try
        {
            while (true)
            {
                await Task.Delay(settings.MaxWait is { } wait && wait < LookAgain ? wait : LookAgain, settings.Time, over.Token);
                if (settings.MaxWait is { } most && state.SinceLastJob >= most)
                    await over.CancelAsync();
                changed = settings.Reload();
                if (changed is not null)
                    break;
                foreach (var (runner, entry) in entries)
                    await RenewAsync(runner, entry, settings, state, over.Token);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            changed = null;
        }

        await stop.CancelAsync();
        return (changed, EndAsync(entries, asking));
    }

    private static async Task EndAsync(List<(RunnerConfig Runner, RunnerEntry Entry)> entries, List<Task> asking)
    {
        await Task.WhenAll(asking);
        foreach (var (_, entry) in entries)
            await entry.DisposeAsync();
    }

    private static List<(RunnerConfig Runner, RunnerEntry Entry)> Entries(ConfigFile config, RunnerLoopSettings settings, LoopState state)
    {
        var entries = new List<(RunnerConfig, RunnerEntry)>();
        foreach (var runner in config.Runners)
        {
            try
            {
                entries.Add((runner, new RunnerEntry(runner, settings, state, config.ConnectionMaxAge)));
            }
            catch (IOException e)
            {
                state.Tell(new RunnerEvent(RunnerEventLevel.Error, $"this runner is left out: {e.Message}", [("runner", runner.Name)]));
            }
        }

        return entries;
    }

    private static async Task RenewAsync(
        RunnerConfig runner,
        RunnerEntry entry,
        RunnerLoopSettings settings,
        LoopState state,
        CancellationToken ct
    )
    {
        if (
            settings.KeepToken is not { } keep
            || runner is not { TokenExpiresAt: { } expires, TokenObtainedAt: { } obtained }
            || runner.FeatureFlags.GetValueOrDefault("FF_DISABLE_AUTOMATIC_TOKEN_ROTATION")
            || settings.Time.GetUtcNow() < obtained + (expires - obtained) * Worn
        )
            return;
        var answer = await entry.Client.ResetTokenAsync(runner.Token, ct);
        if (answer.Value is { } token)
            keep(runner, token);
        else
            state.Tell(
                new RunnerEvent(RunnerEventLevel.Warning, $"the token could not be renewed: {answer.Message}", [("runner", runner.Name)])
            );
    }

    private static RunnerEvent Said(string message, params ReadOnlySpan<(string, string)> fields) =>
        new(RunnerEventLevel.Info, message, [.. fields]);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
