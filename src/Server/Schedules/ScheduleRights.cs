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

    /// <summary>Start pipelines on that ref: who may push or merge there.</summary>
    public static async Task<bool> MayRunOnAsync(Db db, ProjectContext here, UserRow user, string name, bool isTag, CancellationToken ct) =>
        (await ProtectedRefs.MatchAsync(db, here.Id, isTag ? ProtectedRefs.Tag : ProtectedRefs.Branch, name, ct)).MayMerge(
            here.Role,
            user.IsAdmin
        );

    private static bool IsOwner(ProjectContext here, UserRow? user, PipelineScheduleRow row) =>
        user?.Id == row.OwnerId && here.Role >= Role.Developer;
}
