using Slipway.Engine.Tests.Support;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests;

public class BridgeTests
{
    private static Drive Started(string? strategy) => new Drive(Bridge("child", strategy: strategy), Job("b", "test")).Start("child");

    [Fact]
    public void Without_a_strategy_a_bridge_passes_when_its_child_exists()
    {
        var drive = Started(null).Apply(new PipelineEvent.DownstreamCreated(0, Noon));

        Assert.Equal("child success, b pending", drive.All);
        Assert.Same(drive.State, Machine.Apply(drive.State, new PipelineEvent.DownstreamChanged(0, Status.Failed, Noon)));
    }

    [Theory]
    [InlineData("depend", Status.Created, "child running, b created")]
    [InlineData("depend", Status.Running, "child running, b created")]
    [InlineData("depend", Status.Manual, "child running, b created")]
    [InlineData("depend", Status.Success, "child success, b pending")]
    [InlineData("depend", Status.Failed, "child failed, b skipped")]
    [InlineData("depend", Status.Skipped, "child failed, b skipped")]
    [InlineData("depend", Status.Canceled, "child canceled, b skipped")]
    [InlineData("mirror", Status.Running, "child running, b created")]
    [InlineData("mirror", Status.Manual, "child manual, b created")]
    [InlineData("mirror", Status.Success, "child success, b pending")]
    [InlineData("mirror", Status.Failed, "child failed, b skipped")]
    [InlineData("mirror", Status.Skipped, "child skipped, b pending")]
    [InlineData("mirror", Status.Canceled, "child canceled, b skipped")]
    public void With_a_strategy_it_follows_its_child(string strategy, Status child, string expected)
    {
        var drive = Started(strategy).Apply(new PipelineEvent.DownstreamCreated(0, Noon));

        Assert.Equal(expected, drive.Downstream("child", child).All);
    }

    [Theory]
    [InlineData(Status.Running, "mirror running, b created")]
    [InlineData(Status.Manual, "mirror manual, b created")]
    [InlineData(Status.Success, "mirror success, b pending")]
    [InlineData(Status.Failed, "mirror failed, b skipped")]
    public void A_bridge_without_trigger_shows_the_status_of_the_other_project(Status upstream, string expected)
    {
        var drive = new Drive(Job("mirror") with { UpstreamProject = "g/other" }, Job("b", "test")).Start("mirror");

        Assert.Equal("mirror running, b created", drive.All);
        Assert.Equal(expected, drive.Downstream("mirror", upstream).All);
    }

    [Fact]
    public void A_bridge_that_mirrors_manual_goes_on_with_its_child_and_is_not_played()
    {
        var drive = Started("mirror").Downstream("child", Status.Manual);
        Assert.Equal("manual", drive.Pipeline);
        Assert.Equal(PipelinePhase.Blocked, Readiness.Phase(drive.State));
        Assert.Same(drive.State, Machine.Apply(drive.State, new PipelineEvent.Played(0, [], Noon)));

        Assert.Equal("child running, b created", drive.Downstream("child", Status.Running).All);
        Assert.Equal("child success, b pending", drive.Downstream("child", Status.Success).All);
    }

    [Fact]
    public void A_late_status_of_the_child_does_not_wake_a_bridge_that_is_over()
    {
        var state = Started("depend").Downstream("child", Status.Failed).State;

        Assert.Same(state, Machine.Apply(state, new PipelineEvent.DownstreamChanged(0, Status.Running, Noon)));
        Assert.Same(state, Machine.Apply(state, new PipelineEvent.DownstreamChanged(0, Status.Success, Noon)));
    }

    [Fact]
    public void A_retry_inside_the_child_opens_the_bridge_and_what_it_had_skipped()
    {
        var drive = Started("depend").Downstream("child", Status.Failed);
        drive.Apply(new PipelineEvent.DownstreamReopened(0, Noon));
        Assert.Equal("child running, b created", drive.All);
        Assert.Null(drive["child"].FailureReason);

        Assert.Equal("child success, b pending", drive.Downstream("child", Status.Success).All);
    }

    [Fact]
    public void A_bridge_whose_pipeline_cannot_be_created_fails_with_the_reason()
    {
        var drive = new Drive(Bridge("child")).Fail("child", "downstream_pipeline_creation_failed", exitCode: null);

        Assert.Equal("child failed", drive.All);
        Assert.Equal("downstream_pipeline_creation_failed", drive["child"].FailureReason);
    }

    [Theory]
    [InlineData("reached_max_descendant_pipelines_depth", false)]
    [InlineData("pipeline_loop_detected", false)]
    [InlineData("downstream_pipeline_creation_failed", true)]
    public void A_bridge_is_not_retried_when_it_would_fail_so_again(string reason, bool retried)
    {
        var drive = new Drive(Bridge("child")).Fail("child", reason, exitCode: null);

        Assert.Equal(retried ? "child pending" : "child failed", drive.Retry("child").All);
    }

    [Fact]
    public void A_cancelled_bridge_is_over_at_once() => Assert.Equal("child canceled, b skipped", Started("depend").Cancel("child").All);

    [Fact]
    public void A_retry_before_the_bridge_leaves_one_that_mirrors_a_skipped_child()
    {
        var drive = new Drive(Job("a"), Bridge("child", "test", "mirror")).Pass("a").Start("child").Downstream("child", Status.Skipped);

        Assert.Equal("a pending, child skipped", drive.Retry("a").All);
    }
}
