using Slipway.Compiler;
using Slipway.Engine.Tests.Support;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests;

public class CancelTests
{
    [Fact]
    public void A_finish_that_comes_after_cancel_changes_nothing()
    {
        var canceled = new Drive(Job("a")).Start("a").Cancel("a").Stop("a").State;

        Assert.Same(canceled, Machine.Apply(canceled, new PipelineEvent.Succeeded(0, Noon)));
        Assert.Same(canceled, Machine.Apply(canceled, new PipelineEvent.Failed(0, "script_failure", 1, Noon)));
        Assert.Same(canceled, Machine.Apply(canceled, new PipelineEvent.Stopped(0, Noon)));
        Assert.Same(canceled, Machine.Apply(canceled, new PipelineEvent.Started(0, Noon)));
    }

    [Fact]
    public void A_running_job_is_canceling_until_its_runner_says_so()
    {
        var drive = new Drive(Job("a"), Job("b", "test")).Start("a").Cancel("a");
        Assert.Equal("a canceling, b created", drive.All);
        Assert.Equal("canceling", new Drive(Job("a")).Start("a").Cancel("a").Pipeline);
        Assert.Null(drive["a"].FinishedAt);

        Assert.Equal("a canceled, b skipped", drive.Stop("a").All);
        Assert.Equal("canceled", drive.Pipeline);
        Assert.NotNull(drive["a"].FinishedAt);
    }

    [Fact]
    public void Any_outcome_of_a_canceling_job_is_a_cancel()
    {
        Assert.Equal("a canceled", new Drive(Job("a")).Start("a").Cancel("a").Apply(new PipelineEvent.Succeeded(0, Noon)).All);
        var failed = new Drive(Job("a") with { Retry = new RetryPolicy(2, ["always"], []) }).Start("a").Cancel("a");

        Assert.Equal("a canceled", failed.Apply(new PipelineEvent.Failed(0, "script_failure", 1, Noon)).All);
        Assert.Null(failed["a"].FailureReason);
    }

    [Fact]
    public void A_forced_cancel_does_not_wait_for_the_runner()
    {
        Assert.Equal("a canceled", new Drive(Job("a")).Start("a").Cancel("a", force: true).All);
        Assert.Equal("a canceled", new Drive(Job("a")).Start("a").Cancel("a").Cancel("a", force: true).All);
    }

    [Fact]
    public void A_runner_that_cannot_cancel_gracefully_is_not_waited_for()
    {
        var drive = new Drive(Job("a")).Apply(new PipelineEvent.Started(0, Noon) { CancelsGracefully = false });

        Assert.Equal("a canceled", drive.Cancel("a").All);
    }

    [Fact]
    public void Cancelling_the_pipeline_spares_manual_jobs_and_what_is_over()
    {
        var drive = new Drive(
            Job("done"),
            Job("busy"),
            Job("queued"),
            Job("gate", when: JobWhen.Manual, allowFailure: true),
            Job("timed", when: JobWhen.Delayed),
            Job("locked") with
            {
                ResourceGroup = "production",
            },
            Job("later", "test"),
            Job("sum", "report", JobWhen.Always)
        );
        drive.Pass("done").Start("busy").CancelAll();

        Assert.Equal(
            "done success, busy canceling, queued canceled, gate manual, timed canceled, locked canceled, later canceled, sum canceled",
            drive.All
        );
        Assert.Equal(PipelinePhase.Active, Readiness.Phase(drive.State));
        Assert.Null(Readiness.NextScheduled(drive.State));
        Assert.Equal(PipelinePhase.Finished, Readiness.Phase(drive.Stop("busy").State));
        Assert.Equal("canceled", drive.Pipeline);
        Assert.Same(drive.State, Machine.Apply(drive.State, new PipelineEvent.PipelineCanceled(Noon)));
    }

    [Fact]
    public void A_manual_job_cannot_be_cancelled()
    {
        var state = new Drive(Job("a", when: JobWhen.Manual)).State;

        Assert.Same(state, Machine.Apply(state, new PipelineEvent.JobCanceled(0, Noon)));
    }

    [Fact]
    public void A_cancelled_job_that_may_fail_holds_nobody_up() =>
        Assert.Equal("a canceled, b pending", new Drive(Job("a", allowFailure: true), Job("b", "test")).Cancel("a").All);

    [Fact]
    public void One_failure_cancels_the_rest_when_the_workflow_says_so()
    {
        var drive = Drive.With(new AutoCancel("conservative", "all"), Job("a"), Job("b"), Job("c"), Job("d", "test", JobWhen.OnFailure));

        Assert.Equal("a failed, b canceling, c canceled, d canceled", drive.Start("b").Fail("a").All);
        Assert.Equal("failed", drive.Stop("b").Pipeline);
    }

    [Fact]
    public void An_allowed_failure_or_one_that_is_retried_cancels_nothing()
    {
        var all = new AutoCancel("conservative", "all");
        var again = Job("a") with { Retry = new RetryPolicy(1, ["always"], []) };

        Assert.Equal("a failed, b pending", Drive.With(all, Job("a", allowFailure: true), Job("b")).Fail("a").All);
        Assert.Equal("a pending, b pending", Drive.With(all, again, Job("b")).Fail("a").All);
        Assert.Equal("a failed, b canceled", Drive.With(all, again, Job("b")).Fail("a").Fail("a").All);
    }

    [Theory]
    [InlineData("conservative", true, "a canceling, b canceled")]
    [InlineData("conservative", false, "a running, b pending")]
    [InlineData("interruptible", true, "a canceling, b pending")]
    [InlineData("interruptible", false, "a running, b pending")]
    [InlineData("none", true, "a running, b pending")]
    public void A_newer_commit_cancels_as_much_as_auto_cancel_allows(string onNewCommit, bool interruptible, string expected)
    {
        var drive = Drive.With(new AutoCancel(onNewCommit, "none"), Job("a") with { Interruptible = interruptible }, Job("b"));

        Assert.Equal(expected, drive.Start("a").Apply(new PipelineEvent.Superseded(Noon)).All);
    }

    [Fact]
    public void A_canceling_job_can_be_retried_and_ends_beside_its_new_attempt()
    {
        var drive = new Drive(Job("a")).Start("a").Cancel("a").Retry("a");
        Assert.Equal("a pending", drive.All);

        drive.Apply(new PipelineEvent.Stopped(0, Noon));
        Assert.Equal(Status.Canceled, drive.State.Jobs[0].Status);
        Assert.Equal("pending", drive.Pipeline);
    }
}
