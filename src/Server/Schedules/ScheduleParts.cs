using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Work;

namespace Slipway.Server.Schedules;

/// <summary>What schedules add to the server.</summary>
internal static class ScheduleParts
{
    public static IServiceCollection AddSchedules(this IServiceCollection services) =>
        services.AddSingleton<ScheduleStore>().AddSingleton<ScheduleViews>().AddSingleton<ScheduleRuns>();

    public static void MapScheduleRoutes(this IEndpointRouteBuilder v4)
    {
        v4.MapSchedules();
        v4.MapScheduleVariables();
    }

    public static void HandleSchedules(this WorkLoop work, IServiceProvider services)
    {
        var runs = services.GetRequiredService<ScheduleRuns>();
        work.On(ScheduleWork.Due, runs.OnDueAsync);
        work.On(ScheduleWork.Start, runs.StartAsync);
    }
}
