using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Slipway.Server.Pipelines;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

/// <summary>
/// No pipeline comes to be but by the one door that asks who may run one there (reliability-security S3): read from the assembly's IL, so that a new way in is named
/// here, and looked at, before it can be used. What the door lets in, <see cref="Projects.ProtectedRunsTests"/> tries.
/// </summary>
public sealed partial class PipelineCreationCallersTests
{
    private static readonly IlCalls Server = IlCalls.Of(typeof(PipelineCreation).Assembly);

    [Fact]
    public void Rows_of_pipelines_are_written_in_one_place_and_those_of_other_systems_statuses_in_another()
    {
        Assert.Equal(["CommitStatusStore.BeginAsync", "PipelineCreation.ReserveAsync"], Server.Saying(InsertsPipeline()));
        // One of other systems' statuses has no configuration, so no jobs that anybody runs.
        Assert.DoesNotContain("PipelineStore.BeginAsync", Server.From("CommitStatusStore.BeginAsync"));
        Assert.Equal(["PipelineCreation.FinishAsync"], Server.To("PipelineStore.BeginAsync"));
    }

    [Fact]
    public void Nothing_is_written_before_the_guard_has_been_asked()
    {
        Assert.Equal(["PipelineCreation.MakeAsync"], Server.To("PipelineCreation.ReserveAsync"));
        Assert.Equal(["PipelineCreation.MakeAsync"], Server.To("PipelineCreation.FinishAsync"));
        Assert.Equal(["PipelineCreation.CreateAsync"], Server.To("PipelineCreation.MakeAsync"));
        var made = Server.From("PipelineCreation.MakeAsync").Where(name => name.StartsWith("PipelineCreation.", StringComparison.Ordinal));
        Assert.Equal("PipelineCreation.RefusalAsync", made.First(name => name.EndsWith("Async", StringComparison.Ordinal)));
        var asked = Server.From("PipelineCreation.RefusalAsync");
        Assert.Contains("Roles.InProjectAsync", asked);
        Assert.Contains("ProtectedRefs.MatchAsync", asked);
        Assert.Contains("RefProtection.MayMerge", asked);
    }

    [Fact]
    public void Whoever_asks_for_a_pipeline_is_named_here()
    {
        // Each for whom it acts: the pusher, the trigger job's user, whoever calls, the trigger's owner, the schedule's owner, whoever is signed in.
        string[] doors =
        [
            "Bridges.CreateAsync",
            "NewPipelinePage.RunAsync",
            "PipelinesApi.CreateAsync",
            "PushedPipelines.OnPushedAsync",
            "ScheduleRuns.RunAsync",
            "TriggerDoor.StartAsync",
        ];
        Assert.Equal(doors, Server.To("PipelineCreation.CreateAsync"));
        // A trigger job's order is put together where its pipeline is begun; the form that starts one, and lint, make none.
        var orders = doors
            .Select(door => door.Replace("Bridges.CreateAsync", "Bridges.Order"))
            .Concat(["PipelineCompilation.FormAsync", "PipelineCompilation.LintAsync"])
            .Order(StringComparer.Ordinal);
        Assert.Equal(orders, Server.To("PipelineOrder.set_User"));
    }

    [Fact]
    public void Only_tests_see_what_is_inside()
    {
        var friends = typeof(PipelineCreation)
            .Assembly.GetCustomAttributes(typeof(InternalsVisibleToAttribute), false)
            .Cast<InternalsVisibleToAttribute>()
            .Select(friend => friend.AssemblyName);
        Assert.All(friends, friend => Assert.Matches(@"Tests$|^(Slipway\.Scenarios|Bench)$", friend));
    }

    [GeneratedRegex(@"INSERT\s+INTO\s+pipelines\b", RegexOptions.IgnoreCase)]
    private static partial Regex InsertsPipeline();
}
