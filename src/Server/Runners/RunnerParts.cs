using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Server.Runners;

/// <summary>What the runners' coordinator adds to the server.</summary>
internal static class RunnerParts
{
    public static IServiceCollection AddRunners(this IServiceCollection services) =>
        services
            .AddSingleton<RegistrationTokens>()
            .AddSingleton<RunnerStore>()
            .AddSingleton<RunnerRights>()
            .AddSingleton<RunnerList>()
            .AddSingleton<Heartbeats>()
            .AddSingleton<JobQueue>()
            .AddSingleton<ExternalJobs>()
            .AddSingleton<SigningKey>()
            .AddSingleton<IdTokens>()
            .AddSingleton<SharedCaches>()
            .AddSingleton<PayloadSource>()
            .AddSingleton<HandoutRounds>()
            .AddSingleton<JobHandout>()
            .AddSingleton<JobWait>()
            .AddSingleton<JobDoor>()
            .AddSingleton<Offers>()
            .AddSingleton<JobEnd>()
            .AddSingleton<JobEnding>()
            .AddSingleton<LostJobs>()
            .AddSingleton<JobSweep>()
            .AddHostedService<SweepLoop>();

    public static void MapRunnerRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapRegistration();
        v4.MapRunners();
        v4.MapOwnersRunners();
        v4.MapJobRequest();
        v4.MapJobUpdate();
        v4.MapTraces();
        v4.MapRunnerArtifacts();
        v4.MapSharedCaches();
    }
}
