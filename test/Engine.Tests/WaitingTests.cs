using Slipway.Compiler;
using Slipway.Engine.Tests.Support;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests;

public class WaitingTests
{
    private static string Why(Drive drive, string name) =>
        Readiness.WaitingJobs(drive.State).Single(waiting => waiting.Job.Job.Name == name).Why;

    [Fact]
    public void Each_waiting_job_says_what_it_waits_for()
    {
        var drive = new Drive(
            Job("a") with
            {
                Tags = ["docker", "linux"],
            },
            Job("b"),
            Job("timed", when: JobWhen.Delayed),
            Job("gate", when: JobWhen.Manual),
            Bridge("child"),
            Job("c", "test"),
            Job("d", "test", needs: ["a", "b"])
        ).Start("b");

        Assert.Equal("waits for a runner with the tags docker, linux", Why(drive, "a"));
        Assert.Equal("starts at 2026-05-04 12:05:00Z", Why(drive, "timed"));
        Assert.Equal("waits for somebody to play it", Why(drive, "gate"));
        Assert.Equal("waits for its downstream pipeline to be created", Why(drive, "child"));
        Assert.Equal("waits for stage build: a (pending), b (running), timed (scheduled) and 2 more", Why(drive, "c"));
        Assert.Equal("waits for a (pending), b (running)", Why(drive, "d"));
        Assert.DoesNotContain(Readiness.WaitingJobs(drive.State), waiting => waiting.Job.Job.Name == "b");
    }

    [Fact]
    public void Who_holds_the_resource_is_named()
    {
        var drive = new Drive(Job("east") with { ResourceGroup = "production" }, Job("west") with { ResourceGroup = "production" });
        Assert.Equal("waits for resource group production", Why(drive, "west"));

        Assert.Equal("waits for resource group production, held by east (pending)", Why(drive.Grant("east"), "west"));
    }

    [Fact]
    public void A_stage_is_named_that_is_open_and_not_one_before_it()
    {
        var drive = new Drive(Job("a"), Job("maybe", when: JobWhen.Manual, allowFailure: true), Job("b", "test"), Job("c", "deploy")).Pass(
            "a"
        );

        Assert.Equal("waits for stage test: b (pending)", Why(drive, "c"));
    }

    [Fact]
    public void Nothing_waits_in_a_pipeline_that_is_over() => Assert.Empty(Readiness.WaitingJobs(new Drive(Job("a")).Pass("a").State));
}
