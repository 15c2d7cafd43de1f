using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Tests.Support;

/// <summary>A pipeline under test: events by job name, and what came of them. A minute passes with each event.</summary>
internal sealed class Drive(params CompiledJob[] jobs)
{
    private int _minutes;

    public PipelineState State { get; private set; } = Machine.Create(Pipelines.Of(jobs), Pipelines.Noon);

    public DateTimeOffset Now => Pipelines.Noon.AddMinutes(_minutes);

    /// <summary><c>a success, b pending</c>: all jobs, latest attempts.</summary>
    public string All => string.Join(", ", Readiness.Latest(State).Select(job => $"{job.Job.Name} {Statuses.Word(job.Status)}"));

    public string Pipeline => Statuses.Word(State.Status);

    public static Drive With(AutoCancel autoCancel, params CompiledJob[] jobs) =>
        new(jobs) { State = Machine.Create(Pipelines.Of(jobs) with { AutoCancel = autoCancel }, Pipelines.Noon) };

    public JobState this[string name] => Readiness.Latest(State).Single(job => job.Job.Name == name);

    public Drive Start(params string[] names) => Each(names, number => new PipelineEvent.Started(number, Now));

    public Drive Pass(params string[] names) =>
        Each(names, number => new PipelineEvent.Started(number, Now), number => new PipelineEvent.Succeeded(number, Now));

    public Drive Fail(string name, string reason = FailureReason.Script, int? exitCode = 1) =>
        Each([name], number => new PipelineEvent.Started(number, Now), number => new PipelineEvent.Failed(number, reason, exitCode, Now));

    public Drive Stop(string name) => Each([name], number => new PipelineEvent.Stopped(number, Now));

    public Drive Play(string name, params ImmutableArray<Variable> variables) =>
        Each([name], number => new PipelineEvent.Played(number, variables, Now));

    public Drive Cancel(string name, bool force = false) =>
        Each([name], number => new PipelineEvent.JobCanceled(number, Now) { Force = force });

    public Drive Retry(string name) => Each([name], number => new PipelineEvent.JobRetried(number, Now));

    public Drive Grant(string name) => Each([name], number => new PipelineEvent.ResourceGranted(number, Now));

    public Drive CancelAll() => Apply(new PipelineEvent.PipelineCanceled(Now));

    public Drive RetryAll() => Apply(new PipelineEvent.PipelineRetried(Now));

    public Drive Tick(int minutesLater)
    {
        _minutes += minutesLater;
        return Apply(new PipelineEvent.Ticked(Now));
    }

    public Drive Downstream(string name, Status status) => Each([name], number => new PipelineEvent.DownstreamChanged(number, status, Now));

    public Drive Apply(PipelineEvent happened)
    {
        State = Machine.Apply(State, happened);
        _minutes++;
        return this;
    }

    /// <summary>All events go to the attempt that was the latest before the first of them.</summary>
    private Drive Each(string[] names, params Func<int, PipelineEvent>[] events)
    {
        foreach (var name in names)
        {
            var number = this[name].Number;
            foreach (var happened in events)
                Apply(happened(number));
        }

        return this;
    }
}
