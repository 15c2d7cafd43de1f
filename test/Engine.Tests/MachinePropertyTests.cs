using Slipway.Engine.Tests.Support;
using Xunit;

namespace Slipway.Engine.Tests;

/// <summary>What must hold of every pipeline whatever happens to it in whatever order.</summary>
public class MachinePropertyTests
{
    [Fact]
    public void Every_state_is_what_the_slow_reference_says() =>
        Fuzz.Check(
            Story.Any(jobs: 12, events: 40),
            story =>
                Walk(
                    story,
                    (before, _, after) =>
                    {
                        var latest = after.Jobs.Where(job => !job.Retried).ToArray();
                        Assert.Equal(Reference.Composite(latest.Select(Reference.Word), needs: false), Statuses.Word(after.Status));
                        Assert.Equal(after.Pipeline.Jobs.Length, latest.Length);
                        Assert.Equal(Enumerable.Range(0, after.Jobs.Length), after.Jobs.Select(job => job.Number));

                        // Whoever is created has to wait: nothing was left lying.
                        foreach (var job in latest.Where(job => job.Status == Status.Created))
                            Assert.Equal("created", Reference.Next(job.Job, Reference.Before(after, job.Job), job.Played));
                    }
                )
        );

    [Fact]
    public void No_job_moves_on_before_its_needs_and_stages_allow() =>
        Fuzz.Check(
            Story.Any(jobs: 12, events: 40),
            story =>
                Walk(
                    story,
                    (before, happened, after) =>
                    {
                        foreach (var job in after.Jobs.Where(job => !job.Retried && HasLeftItsStart(before, job)))
                        {
                            if (job.Status == Status.Canceled || (job.Status == Status.Failed && happened is PipelineEvent.Failed))
                                continue;
                            Assert.Equal(Reference.Next(job.Job, Reference.Before(after, job.Job), job.Played), Statuses.Word(job.Status));
                        }
                    }
                )
        );

    [Fact]
    public void What_is_over_stays_as_it_is() =>
        Fuzz.Check(
            Story.Any(jobs: 12, events: 40),
            story =>
                Walk(
                    story,
                    (before, happened, after) =>
                    {
                        foreach (var old in before.Jobs.Where(job => Statuses.IsCompleted(job.Status)))
                        {
                            var now = after.Jobs[old.Number];
                            var reopened =
                                happened is PipelineEvent.DownstreamReopened reopen && reopen.Job == old.Number
                                || (
                                    old.Status == Status.Skipped
                                    && happened
                                        is PipelineEvent.JobRetried
                                            or PipelineEvent.PipelineRetried
                                            or PipelineEvent.Played
                                            or PipelineEvent.Failed
                                            or PipelineEvent.DownstreamReopened
                                );
                            if (!reopened)
                                Assert.Equal(old with { Retried = now.Retried }, now);
                        }
                    }
                )
        );

    [Fact]
    public void An_event_that_comes_twice_changes_nothing_the_second_time() =>
        Fuzz.Check(
            Story.Any(jobs: 12, events: 40),
            story =>
                Walk(
                    story,
                    (_, happened, after) =>
                    {
                        // To play or retry once more is a new wish; to cancel a job twice is not.
                        if (happened is PipelineEvent.PipelineRetried or PipelineEvent.Played)
                            return;
                        Assert.Same(after, Machine.Apply(after, happened));
                        Assert.Same(after, Machine.Reconcile(after, happened.At));
                    }
                )
        );

    [Fact]
    public void The_phase_tells_what_is_left_to_do() =>
        Fuzz.Check(
            Story.Any(jobs: 12, events: 40),
            story =>
                Walk(
                    story,
                    (_, _, after) =>
                    {
                        var words = Readiness.Latest(after).Select(Reference.Word).ToArray();
                        var moving = words.Any(word =>
                            word.TrimEnd('?') is "pending" or "running" or "waiting_for_resource" or "canceling" or "scheduled"
                        );
                        var held = words.Any(word => word is "manual" or "created" or "created?");
                        var phase =
                            moving ? PipelinePhase.Active
                            : held ? PipelinePhase.Blocked
                            : PipelinePhase.Finished;
                        Assert.Equal(phase, Readiness.Phase(after));
                        Assert.Equal(words.Any(word => word.StartsWith("scheduled")), Readiness.NextScheduled(after) is not null);

                        // Blocked by a person, never by itself.
                        if (phase == PipelinePhase.Blocked)
                            Assert.Contains("manual", words);
                        var waiting = words.Count(word =>
                            word.TrimEnd('?') is "created" or "pending" or "waiting_for_resource" or "manual" or "scheduled"
                        );
                        Assert.Equal(waiting, Readiness.WaitingJobs(after).Count);
                    }
                )
        );

    [Fact]
    public void Every_pipeline_comes_to_its_end() =>
        Fuzz.Check(
            Story.Any(jobs: 20, events: 30),
            story =>
            {
                var state = Walk(story, (_, _, _) => { });
                var runner = new EagerRunner(story.Events.Length == 0 ? 0 : story.Events[0]);
                for (var step = 0; Readiness.Phase(state) != PipelinePhase.Finished; step++)
                {
                    Assert.True(step < 50 * (state.Pipeline.Jobs.Length + 10), "no end in sight");
                    var next = Machine.Apply(state, runner.Next(state));
                    Assert.NotSame(state, next);
                    state = next;
                }

                Assert.DoesNotContain(state.Jobs, job => job.Status == Status.Created && !job.Retried);
            }
        );

    [Fact]
    public void At_most_one_job_is_inside_a_resource_group_and_a_free_group_lets_one_in() =>
        Fuzz.Check(
            Story.Any(jobs: 16, events: 60),
            story =>
            {
                PipelineState[] states =
                [
                    Machine.Create(story.Pipeline(), Pipelines.Noon),
                    Machine.Create(story.Pipeline(), Pipelines.Noon),
                ];
                var mode = (ProcessMode)(story.Jobs[0] % 4);
                var at = Pipelines.Noon;
                foreach (var number in story.Events)
                {
                    at = at.AddMinutes(1);
                    ref var state = ref states[number % 2];
                    var happened = Story.Event(state, number, at);
                    state = happened is PipelineEvent.ResourceGranted or PipelineEvent.DownstreamReopened
                        ? state
                        : Machine.Apply(state, happened);
                    foreach (var grant in ResourceGroups.Grantable([(1, states[0]), (2, states[1])], _ => mode))
                    {
                        var granted = states[grant.Pipeline - 1];
                        Assert.Equal(Status.WaitingForResource, granted.Jobs[grant.Job].Status);
                        states[grant.Pipeline - 1] = Machine.Apply(granted, new PipelineEvent.ResourceGranted(grant.Job, at));
                    }

                    foreach (
                        var group in states
                            .SelectMany(s => s.Jobs)
                            .Where(job => job.Job.ResourceGroup is not null)
                            .GroupBy(job => job.Job.ResourceGroup)
                    )
                    {
                        var inside = group.Count(ResourceGroups.Holds);
                        Assert.True(inside <= 1, $"{inside} jobs are inside {group.Key}");
                        if (inside == 0 && mode is ProcessMode.Unordered or ProcessMode.NewestReadyFirst)
                            Assert.DoesNotContain(group, job => job.Status == Status.WaitingForResource && !job.Retried);
                    }
                }
            }
        );

    private static PipelineState Walk(Story story, Action<PipelineState, PipelineEvent, PipelineState> check)
    {
        var at = Pipelines.Noon;
        var state = Machine.Create(story.Pipeline(), at);
        check(state, new PipelineEvent.Ticked(at), state);
        foreach (var number in story.Events)
        {
            at = at.AddMinutes(1);
            var happened = Story.Event(state, number, at);
            var next = Machine.Apply(state, happened);
            check(state, happened, next);
            state = next;
        }

        return state;
    }

    /// <summary>Was created, or skipped, or not there, and now is something else.</summary>
    private static bool HasLeftItsStart(PipelineState before, JobState job)
    {
        if (job.Status == Status.Created)
            return false;
        if (job.Number >= before.Jobs.Length)
            return true;
        var old = before.Jobs[job.Number];
        return old.Status != job.Status && old.Status is Status.Created or Status.Skipped && old.StartedAt is null;
    }

    /// <summary>Takes whatever there is to do, now this and now that; most jobs pass.</summary>
    private sealed class EagerRunner(int seed)
    {
        private readonly Random _random = new(seed);
        private DateTimeOffset _now = Pipelines.Noon.AddDays(1);

        public PipelineEvent Next(PipelineState state)
        {
            _now = _now.AddMinutes(1);
            var choices = state.Jobs.Where(job => !job.Retried).Select(job => For(state, job)).OfType<PipelineEvent>().ToArray();
            Assert.NotEmpty(choices);
            return choices[_random.Next(choices.Length)];
        }

        private PipelineEvent? For(PipelineState state, JobState job) =>
            job.Status switch
            {
                Status.Pending => new PipelineEvent.Started(job.Number, _now),
                Status.Running when _random.Next(4) == 0 => new PipelineEvent.Failed(job.Number, "script_failure", 1, _now),
                Status.Running => new PipelineEvent.Succeeded(job.Number, _now),
                Status.Canceling => new PipelineEvent.Stopped(job.Number, _now),
                Status.WaitingForResource => new PipelineEvent.ResourceGranted(job.Number, _now),
                Status.Scheduled => new PipelineEvent.Ticked(Readiness.NextScheduled(state)!.Value),
                Status.Manual when job.StartedAt is null => new PipelineEvent.Played(job.Number, [], _now),
                Status.Manual => new PipelineEvent.DownstreamChanged(job.Number, Status.Success, _now),
                _ => null,
            };
    }
}
