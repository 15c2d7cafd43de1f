using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine.Downstream;
using Slipway.Engine.Tests.Support;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Engine.Tests.Downstream;

public class DownstreamPlannerTests
{
    private static readonly PipelineContext Upstream = new()
    {
        Source = "push",
        Ref = "feature",
        PipelineIid = 9,
        Project = new ProjectFacts { Id = 3, Path = "g/p" },
        MergeRequest = new MergeRequestFacts { Iid = 6 },
        PipelineVariables = [new("GIVEN", "by hand"), new("COLOR", "by hand")],
    };

    private static readonly UpstreamPipeline Root = new(3, "feature", "push");
    private static readonly UpstreamPipeline ChildOfOurs = new(3, "feature", "parent_pipeline");

    private static DownstreamPlan Plan(
        CompiledTrigger trigger,
        CompiledJob? job = null,
        UpstreamPipeline[]? lineage = null,
        int treeSize = 1,
        params ImmutableArray<Variable> dotenv
    )
    {
        var pipeline = Pipelines.Of((job ?? Pipelines.Job("child")) with { Trigger = trigger }) with { Context = Upstream };
        var bridge = Machine.Create(pipeline, Pipelines.Noon).Jobs[0];
        return DownstreamPlanner.Plan((pipeline, 5, "http://ci.test/5"), bridge, dotenv, lineage ?? [Root], treeSize);
    }

    private static CompiledTrigger Include(bool yaml = true, bool given = false) =>
        new()
        {
            Include = [new TriggerInclude("local", "child.yml", null, default)],
            ForwardYamlVariables = yaml,
            ForwardPipelineVariables = given,
        };

    private static string Forwarded(DownstreamPlan plan) =>
        string.Join('|', ((DownstreamPlan.Child)plan).Context.PipelineVariables.Select(variable => $"{variable.Key}={variable.Value}"));

    [Fact]
    public void A_bridge_that_mirrors_starts_nothing()
    {
        var pipeline = Pipelines.Of(Pipelines.Job("mirror") with { UpstreamProject = "g/other" }) with { Context = Upstream };
        var bridge = Machine.Create(pipeline, Pipelines.Noon).Jobs[0];
        Assert.Equal(new DownstreamPlan.Mirror("g/other"), DownstreamPlanner.Plan((pipeline, 5, ""), bridge, [], [Root], 1));
    }

    [Fact]
    public void A_child_has_the_same_project_ref_commit_and_merge_request()
    {
        var child = Assert.IsType<DownstreamPlan.Child>(Plan(Include()));

        Assert.Equal("parent_pipeline", child.Context.Source);
        Assert.Equal(("feature", "g/p", 6L), (child.Context.Ref, child.Context.Project.Path, child.Context.MergeRequest!.Iid));
        Assert.Same(Upstream.Commit, child.Context.Commit);
        Assert.Equal("child.yml", Assert.Single(child.Include).Path);
    }

    [Theory]
    [InlineData(true, false, "COLOR=yaml|WHERE=feature in 5, yaml")]
    [InlineData(false, false, "")]
    [InlineData(true, true, "WHERE=feature in 5, dotenv|HOST=dotenv|GIVEN=by hand|COLOR=by hand")]
    [InlineData(false, true, "HOST=dotenv|GIVEN=by hand|COLOR=by hand")]
    public void Forwarding_chooses_what_goes_along_and_the_last_of_a_key_wins(bool yaml, bool given, string expected)
    {
        ImmutableArray<Variable> own = [new("COLOR", "yaml"), new("WHERE", "$CI_COMMIT_REF_NAME in $CI_PIPELINE_ID, $HOST$UNKNOWN")];
        var job = Pipelines.Job("child") with
        {
            YamlVariables = own,
            Variables = [new("CI_COMMIT_REF_NAME", "feature"), new("HOST", "yaml"), .. own],
            DotenvAt = 4,
        };
        ImmutableArray<Variable> dotenv = given ? [new("HOST", "dotenv")] : [];

        Assert.Equal(expected, Forwarded(Plan(Include(yaml, given), job, dotenv: dotenv)));
    }

    [Fact]
    public void A_value_can_use_a_dotenv_variable_that_is_not_forwarded_itself()
    {
        var job = Pipelines.Job("child") with { YamlVariables = [new("URL", "http://$HOST")] };

        Assert.Equal("URL=http://app", Forwarded(Plan(Include(), job, dotenv: new Variable("HOST", "app"))));
    }

    [Fact]
    public void Raw_values_stay_raw_and_files_go_along_with_those_who_name_them()
    {
        var job = Pipelines.Job("child") with
        {
            YamlVariables = [new("RAW", "$HOST", Raw: true), new("CONFIG", "--file $KUBE")],
            Variables = [new("KUBE", "content", Public: false, Masked: true, File: true)],
        };
        var sent = ((DownstreamPlan.Child)Plan(Include(), job)).Context.PipelineVariables;

        Assert.Equal(
            [
                new("RAW", "$HOST", Public: false, Raw: true),
                new("CONFIG", "--file $KUBE", Public: false),
                new Variable("KUBE", "content", Public: false, File: true),
            ],
            sent
        );
    }

    [Fact]
    public void Another_project_is_named_by_expanded_texts()
    {
        var trigger = new CompiledTrigger
        {
            Project = "$GROUP/lib",
            Branch = "$BRANCH",
            Inputs = ImmutableDictionary<string, string>.Empty.Add("a", "1"),
        };
        var job = Pipelines.Job("child") with { Variables = [new("GROUP", "tools"), new("BRANCH", "next")] };
        var plan = Assert.IsType<DownstreamPlan.OtherProject>(Plan(trigger, job));

        Assert.Equal(("tools/lib", "next", "1"), (plan.Project, plan.Branch, plan.Inputs["a"]));
        Assert.Null(((DownstreamPlan.OtherProject)Plan(trigger with { Branch = "$NO" }, job)).Branch);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Children_go_two_levels_deep(int generation, bool allowed)
    {
        UpstreamPipeline[] lineage = [.. Enumerable.Repeat(ChildOfOurs, generation), Root];

        Assert.Equal(allowed, Plan(Include(), lineage: lineage) is DownstreamPlan.Child);
        if (!allowed)
            Assert.Equal(new DownstreamPlan.Refused("reached_max_descendant_pipelines_depth"), Plan(Include(), lineage: lineage));
    }

    [Fact]
    public void Depth_is_counted_within_a_project_only()
    {
        UpstreamPipeline[] lineage =
        [
            ChildOfOurs,
            new(3, "feature", "pipeline"),
            new(8, "main", "parent_pipeline"),
            new(8, "main", "push"),
        ];

        Assert.IsType<DownstreamPlan.Child>(Plan(Include(), lineage: lineage));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_pipeline_may_come_round_once(int times, bool allowed)
    {
        var there = new UpstreamPipeline(8, "main", "pipeline");
        var here = new UpstreamPipeline(3, "feature", "pipeline");
        var lineage = Enumerable.Range(0, times).SelectMany(_ => new[] { here, there }).ToArray();
        var plan = Plan(new CompiledTrigger { Project = "g/other" }, lineage: lineage);

        Assert.Equal(allowed ? typeof(DownstreamPlan.OtherProject) : typeof(DownstreamPlan.Refused), plan.GetType());
        if (!allowed)
            Assert.Equal(new DownstreamPlan.Refused("pipeline_loop_detected"), plan);
    }

    [Fact]
    public void A_trigger_of_the_own_project_is_no_trigger() =>
        Assert.Equal(new DownstreamPlan.Refused("invalid_bridge_trigger"), Plan(new CompiledTrigger { Project = "G/P" }));

    [Fact]
    public void A_tree_of_pipelines_does_not_grow_without_end()
    {
        Assert.IsType<DownstreamPlan.Child>(Plan(Include(), treeSize: 999));
        Assert.Equal(new DownstreamPlan.Refused("reached_max_pipeline_hierarchy_size"), Plan(Include(), treeSize: 1000));
    }

    [Fact]
    public void Only_a_bridge_can_be_planned() =>
        Assert.Throws<ArgumentException>(() =>
        {
            var pipeline = Pipelines.Of(Pipelines.Job("a"));
            DownstreamPlanner.Plan((pipeline, 1, ""), Machine.Create(pipeline, Pipelines.Noon).Jobs[0], [], [Root], 1);
        });
}
