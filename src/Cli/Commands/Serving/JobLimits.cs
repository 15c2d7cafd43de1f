using Slipway.Compiler.Keywords.Durations;
using Slipway.Server.Jobs;

namespace Slipway.Cli.Commands.Serving;

/// <summary>The bounds of jobs as they are typed.</summary>
internal static class JobLimits
{
    /// <summary>A stock runner with nothing to say gives a sign of life after four of the intervals at which it sends its log, and one that nobody watches has a minute.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Most = TimeSpan.FromDays(366);

    /// <param name="silence">Of a job's runner: <c>20 minutes</c>, <c>1h</c>; nothing: as long as GitLab waits.</param>
    /// <exception cref="CommandException">It is no time, or not one that can be meant.</exception>
    public static JobOptions Read(string? silence)
    {
        var options = new JobOptions();
        if (silence is null)
            return options;
        if (!ChronicDuration.TryParse(silence, out var seconds))
            throw Wrong($"--runner-silence wants a time, and \"{silence}\" is none");
        return seconds >= Least.TotalSeconds && seconds <= Most.TotalSeconds
            ? options with
            {
                Silence = TimeSpan.FromSeconds(seconds),
            }
            : throw Wrong(
                "--runner-silence wants 5 minutes to a year: a runner with nothing to say gives a sign of life every four minutes"
            );
    }

    private static CommandException Wrong(string what) => new(ExitCode.Usage, what, "as in 20 minutes or 1h");
}
