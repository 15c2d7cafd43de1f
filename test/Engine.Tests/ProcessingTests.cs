using Slipway.Compiler;
using Slipway.Engine.Tests.Support;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests;

public class ProcessingTests
{
    [Fact]
    public void A_new_pipeline_has_its_first_stage_pending()
    {
        var drive = new Drive(Job("a"), Job("b"), Job("c", "test"));

        Assert.Equal("a pending, b pending, c created", drive.All);
        Assert.Equal("pending", drive.Pipeline);
        Assert.Equal(Noon, drive["a"].QueuedAt);
    }

    [Fact]
    public void A_stage_starts_when_the_one_before_is_over() =>
        Assert.Equal("a success, b success, c pending", new Drive(Job("a"), Job("b"), Job("c", "test")).Pass("a", "b").All);

    [Fact]
    public void Empty_needs_start_at_once() => Assert.Equal("a pending, b pending", new Drive(Job("a"), Job("b", "test", needs: [])).All);

    [Fact]
    public void Needs_run_ahead_of_their_stage()
    {
        var drive = new Drive(Job("a"), Job("slow"), Job("b", "test", needs: ["a"]), Job("c", "test"));

        Assert.Equal("a success, slow pending, b pending, c created", drive.Pass("a").All);
    }

    [Fact]
    public void Needs_within_a_stage_are_followed_whatever_the_order_in_the_file()
    {
        var drive = new Drive(Job("c", needs: ["b"]), Job("b", needs: ["a"]), Job("a"));

        Assert.Equal("c created, b created, a pending", drive.All);
        Assert.Equal("c skipped, b skipped, a failed", drive.Fail("a").All);
    }

    [Fact]
    public void A_skip_runs_through_a_chain_of_needs_in_one_step()
    {
        CompiledJob[] chain = [Job("j0"), .. Enumerable.Range(1, 200).Select(i => Job($"j{i}", needs: [$"j{i - 1}"]))];
        var drive = new Drive(chain).Fail("j0");

        Assert.All(Readiness.Latest(drive.State).Skip(1), job => Assert.Equal(Status.Skipped, job.Status));
        Assert.Equal("failed", drive.Pipeline);
    }

    [Fact]
    public void A_need_that_is_not_in_the_pipeline_is_not_waited_for() =>
        Assert.Equal("a pending", new Drive(Job("a", needs: ["absent"])).All);

    [Fact]
    public void On_failure_and_always_look_at_all_earlier_stages()
    {
        var drive = new Drive(
            Job("a"),
            Job("b", "test", JobWhen.Always),
            Job("mail", "report", JobWhen.OnFailure),
            Job("sum", "report", JobWhen.Always)
        );

        Assert.Equal("a failed, b success, mail pending, sum pending", drive.Fail("a").Pass("b").All);
    }

    [Fact]
    public void An_allowed_failure_is_no_failure_to_on_failure()
    {
        var drive = new Drive(Job("a", allowFailure: true), Job("mail", "report", JobWhen.OnFailure)).Fail("a");

        Assert.Equal("a failed, mail skipped", drive.All);
        Assert.Equal("success", drive.Pipeline);
        Assert.True(Readiness.HasWarnings(drive.State));
    }

    [Fact]
    public void Always_does_not_run_after_a_cancel() =>
        Assert.Equal("a canceled, sum skipped", new Drive(Job("a"), Job("sum", "report", JobWhen.Always)).Cancel("a").All);

    [Fact]
    public void Always_runs_after_a_cancel_beside_a_failure() =>
        Assert.Equal(
            "a canceled, b failed, sum pending",
            new Drive(Job("a"), Job("b"), Job("sum", "report", JobWhen.Always)).Cancel("a").Fail("b").All
        );

    [Fact]
    public void A_pipeline_of_optional_manual_jobs_reads_skipped()
    {
        var drive = new Drive(Job("a", when: JobWhen.Manual, allowFailure: true));

        Assert.Equal("skipped", drive.Pipeline);
        Assert.Equal(PipelinePhase.Finished, Readiness.Phase(drive.State));
    }

    [Fact]
    public void A_failure_beside_a_blocking_manual_job_reads_manual()
    {
        var drive = new Drive(Job("a"), Job("gate", when: JobWhen.Manual), Job("b", "test")).Fail("a");

        Assert.Equal("a failed, gate manual, b created", drive.All);
        Assert.Equal("manual", drive.Pipeline);
        Assert.Equal(PipelinePhase.Blocked, Readiness.Phase(drive.State));
    }

    [Fact]
    public void A_running_stage_keeps_the_pipeline_running_while_later_jobs_are_created()
    {
        var drive = new Drive(Job("a"), Job("b", "test"), Job("c", "deploy"));

        Assert.Equal("running", drive.Start("a").Pipeline);
        Assert.Equal("running", drive.Pass("a").Pipeline);
        Assert.Equal(["success", "pending", "created"], Readiness.Stages(drive.State).Select(stage => Statuses.Word(stage!.Value)));
    }

    [Theory]
    [InlineData(137, "success", true)]
    [InlineData(1, "failed", false)]
    [InlineData(null, "failed", false)]
    public void An_exit_code_can_turn_a_failure_into_an_allowed_one(int? exitCode, string pipeline, bool allowed)
    {
        var drive = new Drive(Job("a") with { AllowFailureExitCodes = [3, 137] }).Fail("a", exitCode: exitCode);

        Assert.Equal(allowed, drive["a"].AllowFailure);
        Assert.Equal(pipeline, drive.Pipeline);
    }

    [Fact]
    public void A_delayed_job_counts_from_when_it_could_have_started()
    {
        var drive = new Drive(Job("a"), Job("later", "test", JobWhen.Delayed), Job("c", "deploy")).Start("a");
        drive.Apply(new PipelineEvent.Succeeded(0, Noon.AddMinutes(10)));

        Assert.Equal("a success, later scheduled, c created", drive.All);
        Assert.Equal("scheduled", drive.Pipeline);
        Assert.Equal(Noon.AddMinutes(15), Readiness.NextScheduled(drive.State));
        Assert.Same(drive.State, Machine.Apply(drive.State, new PipelineEvent.Ticked(Noon.AddMinutes(14.9))));
        Assert.Equal("a success, later pending, c created", drive.Apply(new PipelineEvent.Ticked(Noon.AddMinutes(15))).All);
        Assert.Null(Readiness.NextScheduled(drive.State));
    }

    [Fact]
    public void The_next_tick_is_that_of_the_earliest_scheduled_job()
    {
        CompiledJob Delayed(string name, int minutes) => Job(name, when: JobWhen.Delayed) with { StartIn = TimeSpan.FromMinutes(minutes) };
        var drive = new Drive(Delayed("a", 30), Delayed("b", 10), Delayed("c", 20));

        Assert.Equal(Noon.AddMinutes(10), Readiness.NextScheduled(drive.State));
        Assert.Equal("a scheduled, b pending, c pending", drive.Tick(20).All);
    }

    [Fact]
    public void A_delayed_job_can_be_played_early_or_stopped_at_manual()
    {
        Assert.Equal("a pending", new Drive(Job("a", when: JobWhen.Delayed)).Play("a").All);
        var drive = new Drive(Job("a", when: JobWhen.Delayed));
        drive.Apply(new PipelineEvent.Unscheduled(0, drive.Now));

        Assert.Equal("a manual", drive.All);
        Assert.Equal("a manual", drive.Tick(60).All);
        Assert.Equal("a pending", drive.Play("a").All);
    }

    [Fact]
    public void A_pipeline_without_jobs_is_a_success() => Assert.Equal("success", new Drive().Pipeline);

    [Fact]
    public void Times_are_kept()
    {
        var drive = new Drive(Job("a"), Job("b", "test")).Start("a");
        drive.Apply(new PipelineEvent.Succeeded(0, Noon.AddHours(1)));

        Assert.Equal((Noon, Noon, Noon.AddHours(1)), (drive["a"].QueuedAt, drive["a"].StartedAt, drive["a"].FinishedAt));
        Assert.Equal(Noon.AddHours(1), drive["b"].QueuedAt);
    }

    [Fact]
    public void Artifacts_come_from_the_latest_attempts_that_have_run()
    {
        var drive = new Drive(
            Job("a"),
            Job("no", when: JobWhen.OnFailure),
            Job("bad", allowFailure: true),
            Job("late", "test") with
            {
                ArtifactsFrom = ["bad", "no", "a", "absent"],
            }
        );
        drive.Fail("a").Retry("a").Pass("a").Fail("bad");

        Assert.Equal(["bad", "a"], Readiness.ArtifactSources(drive.State, drive["late"]).Select(job => job.Job.Name));
        Assert.Equal([1, 2], Readiness.ArtifactSources(drive.State, drive["late"]).Select(job => job.Attempt));
    }

    [Fact]
    public void An_event_for_a_job_that_does_not_exist_is_our_own_mistake() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Drive(Job("a")).Apply(new PipelineEvent.Started(1, Noon)));
}
