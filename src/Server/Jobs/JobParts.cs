using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Jobs.TestReports;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Work;

namespace Slipway.Server.Jobs;

/// <summary>What jobs add to the server.</summary>
internal static class JobParts
{
    public static IServiceCollection AddJobs(this IServiceCollection services) =>
        services
            .AddSingleton(all => all.GetRequiredService<ServerOptions>().Jobs)
            .AddSingleton(all => new TraceFolder(all.GetRequiredService<ServerOptions>().Folder("traces")))
            .AddSingleton<TraceWatchers>()
            .AddSingleton<JobTraces>()
            .AddSingleton<TraceArchive>()
            .AddSingleton<ArtifactIntake>()
            .AddSingleton<ArtifactSweep>()
            .AddSingleton<ArtifactFinder>()
            .AddSingleton<ArtifactTexts>()
            .AddSingleton<ArtifactText>(all => all.GetRequiredService<ArtifactTexts>().ReadAsync)
            .AddSingleton<TestSuites>()
            .AddSingleton(all => new BlobSweep(
                all.GetRequiredService<Db>(),
                all.GetRequiredService<IBlobStore>(),
                all.GetRequiredService<TimeProvider>()
            ))
            .AddSingleton<Leftovers>()
            .AddHostedService(all => all.GetRequiredService<Leftovers>())
            .AddSingleton<JobFactsReader>()
            .AddSingleton<JobList>()
            .AddSingleton<JobActions>()
            .AddSingleton<PipelineRemoval>();

    public static void MapJobRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapJobs();
        v4.MapBridges();
        v4.MapJobActions();
        v4.MapArtifacts();
        v4.MapTestReports();
        v4.MapPipelineRemoval();
    }

    public static void HandleJobs(this WorkLoop work, IServiceProvider services)
    {
        work.On(TraceArchive.Kind, services.GetRequiredService<TraceArchive>().ArchiveAsync);
        work.On(PipelineRemoval.Work, services.GetRequiredService<PipelineRemoval>().OnRemovedAsync);
    }
}
