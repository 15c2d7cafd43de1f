using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Pipelines;
using Slipway.Server.Work;

namespace Slipway.Server.Environments;

/// <summary>What environments add to the server.</summary>
internal static class EnvironmentParts
{
    public static IServiceCollection AddEnvironments(this IServiceCollection services) =>
        services
            .AddSingleton<EnvironmentStore>()
            .AddSingleton<EnvironmentUrls>()
            .AddSingleton<DeploymentRecord>()
            .AddSingleton<PipelineFollower>(all => all.GetRequiredService<DeploymentRecord>().FollowAsync)
            .AddSingleton<DeploymentList>()
            .AddSingleton<EnvironmentStops>();

    public static void MapEnvironmentRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapEnvironments();
        v4.MapDeployments();
    }

    public static void HandleEnvironments(this WorkLoop work, IServiceProvider services) =>
        work.On(EnvironmentWork.AutoStop, services.GetRequiredService<EnvironmentStops>().OnDueAsync);
}
