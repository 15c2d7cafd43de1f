using Slipway.Compiler;
using Slipway.Engine.Tests.Support;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests;

public class ResourceGroupTests
{
    private static CompiledJob Deploy(string name = "deploy", string stage = "deploy") =>
        Job(name, stage) with
        {
            ResourceGroup = "production",
        };

    private static IReadOnlyList<ResourceGrant> Grants(ProcessMode mode, params Drive[] pipelines) =>
        ResourceGroups.Grantable([.. pipelines.Select((drive, index) => ((long)index + 1, drive.State))], _ => mode);

    [Fact]
    public void A_job_of_a_group_waits_until_it_is_let_in()
    {
        var drive = new Drive(Deploy());
        Assert.Equal("deploy waiting_for_resource", drive.All);
        Assert.Equal("waiting_for_resource", drive.Pipeline);

        Assert.Equal([new ResourceGrant("production", 1, 0)], Grants(ProcessMode.Unordered, drive));
        Assert.Equal("deploy pending", drive.Grant("deploy").All);
    }

    [Fact]
    public void Nobody_is_let_in_while_another_is_inside()
    {
        var first = new Drive(Deploy()).Grant("deploy");
        var second = new Drive(Deploy());

        Assert.Empty(Grants(ProcessMode.Unordered, first, second));
        Assert.Empty(Grants(ProcessMode.Unordered, first.Start("deploy"), second));
        Assert.Empty(Grants(ProcessMode.Unordered, first.Cancel("deploy"), second));
        Assert.Equal(2, Assert.Single(Grants(ProcessMode.Unordered, first.Stop("deploy"), second)).Pipeline);
    }

    [Fact]
    public void Two_jobs_of_one_pipeline_take_turns()
    {
        var drive = new Drive(Deploy("east"), Deploy("west"));
        Assert.Equal(0, Assert.Single(Grants(ProcessMode.Unordered, drive)).Job);

        drive.Grant("east");
        Assert.Empty(Grants(ProcessMode.Unordered, drive));
        Assert.Equal(1, Assert.Single(Grants(ProcessMode.Unordered, drive.Pass("east"))).Job);
    }

    [Theory]
    [InlineData(ProcessMode.Unordered, 2)]
    [InlineData(ProcessMode.OldestFirst, null)]
    [InlineData(ProcessMode.NewestFirst, null)]
    [InlineData(ProcessMode.NewestReadyFirst, 3)]
    public void Some_modes_wait_for_a_job_that_is_not_ready(ProcessMode mode, int? pipeline)
    {
        var unready = new Drive(Job("a"), Deploy());
        var ready = new Drive(Deploy());

        Assert.Equal(pipeline, Grants(mode, unready, ready, new Drive(Deploy()), unready).SingleOrDefault()?.Pipeline);
    }

    [Theory]
    [InlineData(ProcessMode.OldestFirst, 1)]
    [InlineData(ProcessMode.NewestFirst, 2)]
    public void Ordered_modes_go_by_the_age_of_the_pipeline(ProcessMode mode, int pipeline) =>
        Assert.Equal(pipeline, Assert.Single(Grants(mode, new Drive(Deploy()), new Drive(Deploy()))).Pipeline);

    [Fact]
    public void Within_a_pipeline_a_ready_job_goes_before_one_that_is_not()
    {
        var drive = new Drive(Job("a"), Deploy("early", "build"), Deploy());

        Assert.Equal("early", drive.State.Jobs[Assert.Single(Grants(ProcessMode.OldestFirst, drive)).Job].Job.Name);
    }

    [Fact]
    public void A_skipped_job_does_not_keep_others_out()
    {
        var failed = new Drive(Job("a"), Deploy()).Fail("a");

        Assert.Equal(2, Assert.Single(Grants(ProcessMode.OldestFirst, failed, new Drive(Deploy()))).Pipeline);
    }

    [Fact]
    public void A_bridge_with_a_strategy_stays_inside_until_its_child_is_over()
    {
        var bridge = Bridge("child", strategy: "mirror") with { ResourceGroup = "production" };
        var drive = new Drive(bridge).Grant("child").Start("child");
        var next = new Drive(Deploy());
        Assert.Empty(Grants(ProcessMode.Unordered, drive, next));
        Assert.Empty(Grants(ProcessMode.Unordered, drive.Downstream("child", Status.Manual), next));

        Assert.Equal(2, Assert.Single(Grants(ProcessMode.Unordered, drive.Downstream("child", Status.Success), next)).Pipeline);
    }

    [Fact]
    public void An_attempt_that_is_still_being_stopped_keeps_its_own_successor_out()
    {
        var drive = new Drive(Deploy()).Grant("deploy").Start("deploy").Cancel("deploy").Retry("deploy");
        Assert.Equal("deploy waiting_for_resource", drive.All);
        Assert.Empty(Grants(ProcessMode.Unordered, drive));

        drive.Apply(new PipelineEvent.Stopped(0, Noon));
        Assert.Equal(1, Assert.Single(Grants(ProcessMode.Unordered, drive)).Job);
    }

    [Fact]
    public void Groups_do_not_know_each_other()
    {
        var drive = new Drive(Deploy("east"), Deploy("west") with { ResourceGroup = "staging" });

        Assert.Equal(["production", "staging"], Grants(ProcessMode.OldestFirst, drive).Select(grant => grant.Group).Order());
    }
}
