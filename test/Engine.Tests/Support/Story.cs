using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;

namespace Slipway.Engine.Tests.Support;

/// <summary>
/// A random pipeline and a random run of events, both spelled as numbers so that a failing one shrinks to a short one: a number is a job or an
/// event whatever stands around it.
/// </summary>
internal sealed record Story(ImmutableArray<int> Jobs, ImmutableArray<int> Events)
{
    private const int Stages = 4;

    public static Arbitrary<Story> Any(int jobs, int events)
    {
        var number = Gen.Choose(0, int.MaxValue - 1);
        var generator =
            from jobCount in Gen.Choose(1, jobs)
            from eventCount in Gen.Choose(0, events)
            from jobNumbers in number.ArrayOf(jobCount)
            from eventNumbers in number.ArrayOf(eventCount)
            select new Story([.. jobNumbers], [.. eventNumbers]);
        return Arb.From(generator, Shrink);
    }

    public override string ToString() =>
        $"jobs [{string.Join(", ", Jobs)}] events [{string.Join(", ", Events)}]\n" + string.Join('\n', Pipeline().Jobs.Select(Describe));

    public CompiledPipeline Pipeline()
    {
        var jobs = Jobs.Select((number, index) => MakeJob(number, index)).OrderBy(job => job.StageIndex).ToArray();
        for (var index = 0; index < jobs.Length; index++)
            jobs[index] = jobs[index] with { Needs = Needs(jobs, index) };

        // Needs do not follow the order of the file: stand the jobs of each stage on their head.
        return Pipelines.Of([.. jobs]) with
        {
            Stages = [.. Enumerable.Range(0, Stages).Select(stage => $"s{stage}")],
            Jobs = [.. jobs.Reverse().OrderBy(job => job.StageIndex)],
            AutoCancel = new AutoCancel(
                Pick(Jobs[0], 11, "conservative", "interruptible", "none"),
                Pick(Jobs[0], 13, "none", "none", "all")
            ),
        };
    }

    /// <summary>An event, likely or not, for this state. Every number gives one.</summary>
    public static PipelineEvent Event(PipelineState state, int number, DateTimeOffset at)
    {
        var job = Mix(number, 1) % state.Jobs.Length;
        string[] reasons = [FailureReason.Script, FailureReason.RunnerSystem, FailureReason.Scheduler, FailureReason.MissingDependency];
        return (Mix(number, 2) % 24) switch
        {
            0 or 1 or 2 or 3 => new PipelineEvent.Started(job, at) { CancelsGracefully = Mix(number, 4) % 3 != 0 },
            4 or 5 or 6 or 7 => new PipelineEvent.Succeeded(job, at),
            8 or 9 => new PipelineEvent.Failed(job, Pick(number, 3, reasons), Mix(number, 4) % 3, at),
            10 => new PipelineEvent.Stopped(job, at),
            11 or 12 => new PipelineEvent.Played(job, [], at),
            13 => new PipelineEvent.Unscheduled(job, at),
            14 => new PipelineEvent.Ticked(at.AddMinutes(Mix(number, 3) % 10)),
            15 => new PipelineEvent.ResourceGranted(job, at),
            16 => new PipelineEvent.JobCanceled(job, at) { Force = Mix(number, 3) % 4 == 0 },
            17 => Mix(number, 3) % 3 == 0 ? new PipelineEvent.PipelineCanceled(at) : new PipelineEvent.ResourceGranted(job, at),
            18 => Mix(number, 3) % 3 == 0 ? new PipelineEvent.Superseded(at) : new PipelineEvent.Started(job, at),
            19 => new PipelineEvent.JobRetried(job, at),
            20 => new PipelineEvent.PipelineRetried(at),
            21 => new PipelineEvent.DownstreamCreated(job, at),
            22 => new PipelineEvent.DownstreamReopened(job, at),
            _ => new PipelineEvent.DownstreamChanged(job, (Status)(Mix(number, 3) % Enum.GetValues<Status>().Length), at),
        };
    }

    private static CompiledJob MakeJob(int number, int index)
    {
        JobWhen[] whens =
        [
            JobWhen.OnSuccess,
            JobWhen.OnSuccess,
            JobWhen.OnSuccess,
            JobWhen.OnFailure,
            JobWhen.Always,
            JobWhen.Manual,
            JobWhen.Delayed,
        ];
        var job = Pipelines.Job(
            $"j{index}",
            $"s{Mix(number, 1) % Stages}",
            Pick(number, 2, whens),
            allowFailure: Mix(number, 3) % 3 == 0
        ) with
        {
            StageIndex = Mix(number, 1) % Stages,
            Interruptible = Mix(number, 4) % 2 == 0,
            ResourceGroup = Pick(number, 5, null, null, null, null, "east", "west"),
            AllowFailureExitCodes = Mix(number, 6) % 4 == 0 ? [1] : [],
        };
        return (Mix(number, 7) % 6) switch
        {
            0 => job with
            {
                Trigger = new CompiledTrigger { Project = "group/child", Strategy = Pick(number, 8, null, "depend", "mirror") },
            },
            1 => job with { Retry = new RetryPolicy(Mix(number, 8) % 3, [Pick(number, 9, "always", FailureReason.Script)], []) },
            2 => job with { Retry = new RetryPolicy(2, [], [1]) },
            _ => job,
        };
    }

    private ImmutableArray<JobNeed>? Needs(CompiledJob[] jobs, int index)
    {
        var number = Jobs[int.Parse(jobs[index].Name[1..])];
        if (Mix(number, 20) % 2 == 0)
            return null;
        return
        [
            .. Enumerable.Range(0, index).Where(other => Mix(number, 21 + other) % 4 == 0).Select(other => new JobNeed(jobs[other].Name)),
        ];
    }

    private static IEnumerable<Story> Shrink(Story story)
    {
        foreach (var jobs in Shorter(story.Jobs).Where(jobs => jobs.Length > 0))
            yield return story with
            {
                Jobs = jobs,
            };
        foreach (var events in Shorter(story.Events))
            yield return story with
            {
                Events = events,
            };
    }

    private static IEnumerable<ImmutableArray<int>> Shorter(ImmutableArray<int> numbers)
    {
        for (var length = numbers.Length / 2; length > 0; length /= 2)
        {
            for (var start = 0; start + length <= numbers.Length; start += length)
                yield return numbers.RemoveRange(start, length);
        }
    }

    private static string Describe(CompiledJob job) =>
        $"{job.Stage} {job.Name} {job.When} needs {(job.Needs is { } needs ? $"[{string.Join(' ', needs.Select(need => need.Job))}]" : "-")}"
        + $" allow {job.AllowFailure} group {job.ResourceGroup ?? "-"} retry {job.Retry.Max} strategy {job.Trigger?.Strategy ?? "-"} bridge {job.IsBridge}";

    private static T Pick<T>(int number, int salt, params T[] choices) => choices[Mix(number, salt) % choices.Length];

    /// <summary>Many independent small choices out of one number.</summary>
    private static int Mix(int number, int salt)
    {
        var x = (ulong)(uint)number * 0x9E3779B97F4A7C15UL + (ulong)(uint)salt * 0xD1B54A32D192ED03UL;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return (int)((x ^ (x >> 31)) & int.MaxValue);
    }
}
