using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Schedules;

/// <summary>What somebody who may see a schedule may do with it. https://docs.gitlab.com/ci/pipelines/schedules/</summary>
internal static class ScheduleRights
{
    /// <summary>Remove it, see its variables, take it over: its owner, and maintainers.</summary>
    public static bool MayAdmin(ProjectContext here, UserRow? user, PipelineScheduleRow row) =>
        here.Role >= Role.Maintainer || IsOwner(here, user, row);

    /// <summary>Change what it does: nobody but its owner, in whose name it does it.</summary>
    public static bool MayChange(ProjectContext here, UserRow? user, PipelineScheduleRow row) =>
        user?.IsAdmin == true || IsOwner(here, user, row);

    private static bool IsOwner(ProjectContext here, UserRow? user, PipelineScheduleRow row) =>
        user?.Id == row.OwnerId && here.Role >= Role.Developer;
}
