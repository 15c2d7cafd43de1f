using Slipway.Server.Data;
using Slipway.Server.Git;

namespace Slipway.Server.Invariants;

/// <summary>I11: refs lead to objects that are there and sound, and no pipeline's commit is gone.</summary>
internal static class GitInvariants
{
    private const int MostShown = 3;

    // What is not fatal when it is pushed is not a fault here.
    private static readonly IReadOnlyList<string> Taken =
    [
        .. GitSettings.Fsck.Split(',').SelectMany(one => (string[])["-c", "fsck." + one]),
    ];

    public static async Task<Sighting> LookAsync(Scene scene, CancellationToken ct)
    {
        var troubles = new List<Diagnosis.Trouble>();
        var projects = await scene.Db.QueryAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE deleted_at IS NULL ORDER BY id",
            null,
            ct
        );
        foreach (var project in projects)
            if (await WhyAsync(scene, project, ct) is { } why && await IsThereAsync(scene, project.Id, ct))
                troubles.Add(why);
        return new Sighting(Sighting.Count(projects.Count, "repository"), troubles);
    }

    private static async Task<bool> IsThereAsync(Scene scene, long project, CancellationToken ct) =>
        await scene.Db.FindAsync<long>("SELECT COUNT(*) FROM projects WHERE id = @project AND deleted_at IS NULL", new { project }, ct)
        == 1;

    private static async Task<Diagnosis.Trouble?> WhyAsync(Scene scene, ProjectRow project, CancellationToken ct)
    {
        var repository = scene.Repositories.Of(project.Id);
        var where = $"{project.FullPath}, {repository.Path}";
        var commits = await scene.Db.QueryAsync<string>(
            "SELECT DISTINCT l.sha FROM pipelines l JOIN compiled_pipelines c ON c.pipeline_id = l.id WHERE l.project_id = @Id",
            project,
            ct
        );
        if (!repository.Exists)
            return project.DefaultBranch is null && commits.Count == 0
                ? null
                : new("the repository is gone", where, "somebody has removed its folder", "restore it from a backup");
        // Twice, for a push or an upkeep may just have been at it.
        if (await FsckAsync(repository, ct) is not null && await FsckAsync(repository, ct) is { } complaint)
            return new(
                $"git fsck: {complaint}",
                where,
                "the disk has lost or changed objects",
                "restore it from a backup, or push it again from a clone"
            );
        var missing = await MissingAsync(repository, commits, ct);
        return missing.Count == 0
            ? null
            : new(
                $"{Sighting.Count(missing.Count, "commit")} that pipelines are about cannot be found: {string.Join(", ", missing.Take(MostShown))}",
                where,
                "refs/pipelines/ keeps them, and its refs are gone",
                "restore the repository from a backup"
            );
    }

    private static async Task<string?> FsckAsync(Repository repository, CancellationToken ct)
    {
        var call = new GitCall([.. Taken, "fsck", "--full", "--strict", "--no-dangling", "--no-progress"])
        {
            Limit = TimeSpan.FromHours(2),
        };
        var answer = await repository.RunAsync(call, ct);
        return answer.Ok
            ? null
            : string.Join("; ", (answer.Complaint + "\n" + answer.Text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(MostShown));
    }

    private static async Task<IReadOnlyList<string>> MissingAsync(
        Repository repository,
        IReadOnlyList<string> commits,
        CancellationToken ct
    )
    {
        if (commits.Count == 0)
            return [];
        var call = new GitCall("cat-file", "--batch-check") { Input = GitCall.Lines(commits) };
        var answer = (await repository.RunAsync(call, ct)).OrThrow("look for commits");
        return [.. answer.Text.Split('\n').Where(line => line.EndsWith(" missing")).Select(line => line.Split(' ')[0])];
    }
}
