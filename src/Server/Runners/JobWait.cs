using Microsoft.AspNetCore.Http;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>Looks for a job, and waits for one where the runner lets us.</summary>
internal sealed class JobWait(
    JobHandout handout,
    RunnerStore runners,
    Heartbeats heartbeats,
    JobBell bell,
    JobOptions options,
    TimeProvider time
)
{
    /// <summary>Nobody rings here when another instance of the server, or another route, changes what a runner may have: so it is looked again now and then.</summary>
    private static readonly TimeSpan LongestWithoutLooking = TimeSpan.FromSeconds(10);

    // Counts of another process mean nothing here.
    private static readonly string Process = Guid.NewGuid().ToString("N")[..12];

    /// <summary>A value that no runner takes apart: it is told again when nothing has rung since.</summary>
    internal static string Value(long rings) => $"{Process}-{rings}";

    /// <returns>The answer: a job, nothing, or that the token is nobody's.</returns>
    public async Task<IResult> AnswerAsync(HttpContext http, JobRequest request, CancellationToken ct)
    {
        var holds = request.LastUpdate == Value(bell.Rings) && options.LongPoll > TimeSpan.Zero;
        for (var end = time.GetUtcNow() + options.LongPoll; ; )
        {
            // Before anything is looked at: what comes in between has rung since, and is not slept through.
            var seen = bell.Rings;
            if (await runners.ByTokenAsync(request.Token, ct) is not { } runner)
                return Answers.Forbidden();
            var manager = await heartbeats.BeatAsync(runner.Id, request.SystemId, request.Info, http.Address(), ct);
            var found = runner.Paused == 1 ? new Handout.Nothing() : await handout.TryAsync(runner, manager, request.Info.Features, ct);
            if (found is Handout.Given(var payload))
            {
                if (RunnerWords.IsOurs(request.Info.Revision))
                    http.Response.Headers[WireHeader.SharedCache] = "yes";
                return new WholeJson<JobPayload>(payload, ProtocolJson.Default.JobPayload, StatusCodes.Status201Created);
            }

            var left = end - time.GetUtcNow();
            if (!holds || left <= TimeSpan.Zero)
                return found is Handout.LostRace ? Answers.Conflict("409 Conflict") : Nothing(http, seen, holds);
            await PauseAsync(seen, left < LongestWithoutLooking ? left : LongestWithoutLooking, ct);
        }
    }

    private static IResult Nothing(HttpContext http, long seen, bool held)
    {
        http.Response.Headers[WireHeader.LastUpdate] = Value(seen);
        if (held)
            http.Response.Headers[WireHeader.BuildsPolling] = "yes";
        return Answers.NoContent;
    }

    private async Task PauseAsync(long seen, TimeSpan most, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(bell.WaitAsync(seen, over.Token), Task.Delay(most, time, over.Token));
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }
}
