using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine.Tests.Support;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests;

public class RetryTests
{
    private static CompiledJob Retrying(int max, string[] when, int[]? exitCodes = null) =>
        Job("a") with
        {
            Retry = new RetryPolicy(max, [.. when], exitCodes is null ? [] : [.. exitCodes]),
        };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void A_failing_job_gets_as_many_attempts_more_as_it_asks_for(int max, int attempts)
    {
        var drive = new Drive(Retrying(max, ["always"]), Job("b", "test"));
        for (var i = 0; i < attempts; i++)
        {
            Assert.Equal("a pending, b created", drive.All);
            drive.Fail("a");
        }

        Assert.Equal("a failed, b skipped", drive.All);
        Assert.Equal(attempts, drive.State.Jobs.Count(job => job.Job.Name == "a"));
        Assert.Equal(attempts, drive["a"].Attempt);
        Assert.Equal(attempts - 1, drive.State.Jobs.Count(job => job.Retried));
    }

    [Theory]
    [InlineData("always", FailureReason.Script, 1, true)]
    [InlineData("script_failure", FailureReason.Script, 1, true)]
    [InlineData("runner_system_failure", FailureReason.Script, 1, false)]
    [InlineData("runner_system_failure", FailureReason.RunnerSystem, null, true)]
    [InlineData("runner_system_failure", FailureReason.Script, 137, true)]
    [InlineData("", FailureReason.Script, 137, true)]
    [InlineData("", FailureReason.Script, 2, false)]
    [InlineData("always", FailureReason.MissingDependency, null, false)]
    [InlineData("always", FailureReason.EnvironmentCreation, null, false)]
    [InlineData("always", "ci_quota_exceeded", null, false)]
    [InlineData("always", "no_matching_runner", null, false)]
    [InlineData("always", "forward_deployment_failure", null, false)]
    public void Reasons_and_exit_codes_are_alternatives(string when, string reason, int? exitCode, bool retried)
    {
        var drive = new Drive(Retrying(1, when.Split(' ', StringSplitOptions.RemoveEmptyEntries), [137])).Fail("a", reason, exitCode);

        Assert.Equal(retried ? "a pending" : "a failed", drive.All);
    }

    [Fact]
    public void A_scheduler_failure_is_retried_twice_without_being_asked()
    {
        var drive = new Drive(Job("a") with { Retry = RetryPolicy.None });
        drive.Fail("a", FailureReason.Scheduler).Fail("a", FailureReason.Scheduler);
        Assert.Equal("a pending", drive.All);
        Assert.Equal("a failed", drive.Fail("a", FailureReason.Scheduler).All);
    }

    [Fact]
    public void Retry_zero_also_stops_the_retries_of_a_scheduler_failure() =>
        Assert.Equal("a failed", new Drive(Retrying(0, ["always"])).Fail("a", FailureReason.Scheduler).All);

    [Fact]
    public void Retries_by_hand_use_up_the_automatic_ones()
    {
        var drive = new Drive(Retrying(1, ["always"])).Pass("a").Retry("a").Fail("a");

        Assert.Equal("a failed", drive.All);
    }

    [Fact]
    public void A_retried_job_whose_new_attempt_passes_is_a_success()
    {
        var drive = new Drive(Retrying(1, ["always"]), Job("b", "test")).Fail("a").Pass("a");

        Assert.Equal("a success, b pending", drive.All);
        Assert.Equal("failed", Statuses.Word(drive.State.Jobs[0].Status));
        Assert.True(drive.State.Jobs[0].Retried);
    }

    [Fact]
    public void An_attempt_starts_with_the_jobs_own_allow_failure()
    {
        var drive = new Drive(Job("a") with { AllowFailureExitCodes = [3] }).Fail("a", exitCode: 3).Retry("a");

        Assert.False(drive["a"].AllowFailure);
    }

    [Fact]
    public void A_retry_opens_skipped_jobs_of_later_stages_and_those_that_need_it()
    {
        var drive = new Drive(Job("a"), Job("same", needs: ["a"]), Job("b", "test"), Job("c", "deploy", needs: ["same"])).Fail("a");
        Assert.Equal("a failed, same skipped, b skipped, c skipped", drive.All);

        Assert.Equal("a pending, same created, b created, c created", drive.Retry("a").All);
        Assert.Equal("a success, same pending, b created, c created", drive.Pass("a").All);
    }

    [Fact]
    public void A_retry_leaves_what_has_run_already()
    {
        var drive = new Drive(Job("a"), Job("sum", "report", JobWhen.Always)).Fail("a").Pass("sum").Retry("a");

        Assert.Equal("a pending, sum success", drive.All);
        Assert.Equal("a success, sum success", drive.Pass("a").All);
    }

    [Fact]
    public void A_retried_job_waits_for_a_retried_job_before_it()
    {
        var drive = new Drive(Job("a"), Job("b", "test")).Pass("a", "b").Retry("a").Retry("b");

        Assert.Equal("a pending, b created", drive.All);
        Assert.Equal("a success, b pending", drive.Pass("a").All);
    }

    [Fact]
    public void Retrying_the_pipeline_renews_failed_and_cancelled_jobs_only()
    {
        var drive = new Drive(Job("a"), Job("b"), Job("c"), Job("d", "test")).Pass("a").Fail("b").Cancel("c");
        Assert.Equal("a success, b failed, c canceled, d skipped", drive.All);

        Assert.Equal("a success, b pending, c pending, d created", drive.RetryAll().All);
        Assert.Equal("a success, b success, c success, d pending", drive.Pass("b", "c").All);
    }

    [Fact]
    public void Retrying_the_pipeline_stops_at_a_manual_job_again_and_retrying_the_job_does_not()
    {
        Drive Failed() => new Drive(Job("a", when: JobWhen.Manual)).Play("a").Fail("a");

        Assert.Equal("a manual", Failed().RetryAll().All);
        Assert.Equal("a pending", Failed().Retry("a").All);
    }

    [Fact]
    public void Retrying_a_pipeline_in_which_nothing_failed_changes_nothing()
    {
        var state = new Drive(Job("a"), Job("no", when: JobWhen.OnFailure)).Pass("a").State;

        Assert.Same(state, Machine.Apply(state, new PipelineEvent.PipelineRetried(Noon)));
    }

    [Fact]
    public void An_attempt_is_retried_once()
    {
        var state = new Drive(Job("a")).Fail("a").Retry("a").State;

        Assert.Same(state, Machine.Apply(state, new PipelineEvent.JobRetried(0, Noon)));
    }

    [Fact]
    public void A_job_that_is_not_over_is_not_retried()
    {
        foreach (
            var state in new[]
            {
                new Drive(Job("a")).State,
                new Drive(Job("a")).Start("a").State,
                new Drive(Job("a", when: JobWhen.Manual)).State,
            }
        )
            Assert.Same(state, Machine.Apply(state, new PipelineEvent.JobRetried(0, Noon)));
    }

    [Fact]
    public void Playing_passes_variables_on_and_a_retry_keeps_them()
    {
        var drive = new Drive(Job("a", when: JobWhen.Manual)).Play("a", new Variable("COLOR", "blue"));
        Assert.Equal("a pending", drive.All);
        Assert.True(drive["a"].Played);

        drive.Fail("a").Retry("a");
        Assert.Equal("COLOR", Assert.Single(drive["a"].PlayVariables).Key);
    }

    [Fact]
    public void Playing_a_manual_job_that_has_run_retries_it_with_the_new_variables()
    {
        var drive = new Drive(Job("a", when: JobWhen.Manual)).Play("a", new Variable("COLOR", "blue")).Pass("a");
        drive.Play("a", new Variable("COLOR", "red"));

        Assert.Equal("a pending", drive.All);
        Assert.Equal(2, drive["a"].Attempt);
        Assert.Equal("red", Assert.Single(drive["a"].PlayVariables).Value);
    }

    [Fact]
    public void Playing_an_ordinary_job_changes_nothing()
    {
        var state = new Drive(Job("a")).Pass("a").State;

        Assert.Same(state, Machine.Apply(state, new PipelineEvent.Played(0, [], Noon)));
    }

    [Fact]
    public void Those_who_need_an_optional_manual_job_are_skipped_and_revive_when_it_is_played()
    {
        var drive = new Drive(
            Job("gate", when: JobWhen.Manual, allowFailure: true),
            Job("b", "test", needs: ["gate"]),
            Job("c", "deploy", needs: ["b"]),
            Job("d", "deploy")
        );
        Assert.Equal("gate manual, b skipped, c skipped, d pending", drive.All);

        Assert.Equal("gate pending, b created, c created, d pending", drive.Play("gate").All);
        Assert.Equal("gate success, b pending, c created, d pending", drive.Pass("gate").All);
    }

    [Fact]
    public void A_blocking_manual_need_keeps_its_dependents_waiting()
    {
        var drive = new Drive(Job("gate", when: JobWhen.Manual), Job("b", "test", needs: ["gate"]));

        Assert.Equal("gate manual, b created", drive.All);
        Assert.Equal("gate success, b pending", drive.Play("gate").Pass("gate").All);
    }

    [Fact]
    public void Retried_jobs_are_numbered_on()
    {
        var drive = new Drive(Job("a"), Job("b")).Fail("a").Retry("a").Fail("a").Retry("a");

        Assert.Equal([0, 1, 2, 3], drive.State.Jobs.Select(job => job.Number));
        Assert.Equal([0, 1, 0, 0], drive.State.Jobs.Select(job => job.JobIndex));
        Assert.Equal([1, 1, 2, 3], drive.State.Jobs.Select(job => job.Attempt));
        Assert.Equal(ImmutableArray.Create(1, 3), [.. Readiness.Pending(drive.State).Select(job => job.Number)]);
    }
}
