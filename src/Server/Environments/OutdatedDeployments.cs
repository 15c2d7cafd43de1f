using Slipway.Server.Data;
using Slipway.Server.Projects;

namespace Slipway.Server.Environments;

/// <summary>
/// A deployment is out of date when a later one has succeeded with another commit: running it would bring the older state back.
/// https://docs.gitlab.com/ci/environments/deployment_safety/#prevent-outdated-deployment-jobs
/// </summary>
internal static class OutdatedDeployments
{
    /// <summary>Whether the project does not want it to run. A retry is a new deployment, and so a rollback, unless the project allows none.</summary>
    public static async Task<bool> IsAsync(Session session, DeploymentRow deployment, CancellationToken ct)
    {
        const string latest =
            "SELECT * FROM deployments WHERE environment_id = @EnvironmentId AND status = 'success' ORDER BY id DESC LIMIT 1";
        if (await session.FindAsync<DeploymentRow>(latest, deployment, ct) is not { } last || last.Sha == deployment.Sha)
            return false;
        var settings = ProjectSettings.Parse(
            (await session.FindAsync<string>("SELECT settings FROM projects WHERE id = @ProjectId", deployment, ct))!
        );
        if (!settings.CiForwardDeploymentEnabled)
            return false;
        var first = settings.CiForwardDeploymentRollbackAllowed ? deployment.Id : await FirstOfJobAsync(session, deployment, ct);
        return first < last.Id;
    }

    /// <summary>The deployment of the same job's first attempt.</summary>
    private static async Task<long> FirstOfJobAsync(Session session, DeploymentRow deployment, CancellationToken ct) =>
        await session.FindAsync<long?>(
            """
            SELECT MIN(d.id) FROM deployments d JOIN jobs j ON j.id = d.job_id JOIN jobs own ON own.pipeline_id = j.pipeline_id AND own.job_index = j.job_index
            WHERE own.id = @JobId
            """,
            deployment,
            ct
        ) ?? deployment.Id;
}
