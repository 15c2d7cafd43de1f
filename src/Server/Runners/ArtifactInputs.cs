using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Pipelines;
using Slipway.Server.Secrets;

namespace Slipway.Server.Runners;

/// <summary>What earlier jobs have left for one: their archives, and the variables of their dotenv reports, in the order of <c>ArtifactsFrom</c>.</summary>
internal sealed class ArtifactInputs(Session session, SecretBox secrets, TimeSpan expireIn, long now)
{
    /// <summary>For a job that gets none.</summary>
    public static Found None { get; } = new([], []);

    private readonly ImmutableArray<JobDependency>.Builder _dependencies = ImmutableArray.CreateBuilder<JobDependency>();
    private readonly ImmutableArray<Variable>.Builder _dotenv = ImmutableArray.CreateBuilder<Variable>();

    /// <param name="elsewhere">The jobs of other pipelines and projects that it gets artifacts of.</param>
    /// <param name="token">Of the job that gets them: it is the key to all of them.</param>
    /// <returns>Nothing when something the job relies on is not there any more: expired or erased.</returns>
    public async Task<Found?> OfAsync(
        CompiledPipeline pipeline,
        JobRow job,
        IReadOnlyList<JobRow> elsewhere,
        string token,
        CancellationToken ct
    )
    {
        var compiled = pipeline.Jobs[(int)job.JobIndex];
        if (compiled.ArtifactsFrom.Length > 0 && !await LocalAsync(compiled.ArtifactsFrom, job, pipeline, token, ct))
            return null;
        foreach (var other in elsewhere)
            await AddAsync(other, token, ct);

        return new Found(_dotenv.ToImmutable(), _dependencies.ToImmutable());
    }

    private async Task<bool> LocalAsync(
        ImmutableArray<string> names,
        JobRow job,
        CompiledPipeline pipeline,
        string token,
        CancellationToken ct
    )
    {
        var rows = await session.QueryAsync<JobRow>(
            "SELECT * FROM jobs WHERE pipeline_id = @PipelineId AND retried = 0 AND started_at IS NOT NULL AND name IN @names",
            new { job.PipelineId, names = new In<string>(names) },
            ct
        );
        var byName = rows.Where(row => Statuses.IsCompleted(Statuses.Parse(row.Status)!.Value)).ToDictionary(row => row.Name);
        foreach (var name in names)
        {
            if (!byName.TryGetValue(name, out var source))
                continue;
            if (source.ErasedAt is not null)
                return false;
            if (!await AddAsync(source, token, ct) && HasExpired(pipeline.Jobs[(int)source.JobIndex], source))
                return false;
        }

        return true;
    }

    /// <returns>Whether the job has an archive.</returns>
    private async Task<bool> AddAsync(JobRow source, string token, CancellationToken ct)
    {
        var lines = await session.QueryAsync<Line>("SELECT name, value FROM job_variables WHERE job_id = @Id ORDER BY place", source, ct);
        foreach (var line in lines)
            _dotenv.Add(new Variable(line.Name, secrets.Open(DotenvVariables.Purpose, line.Value), Public: false));
        var archive = await session.FindAsync<ArtifactRow>(
            $"SELECT * FROM artifacts WHERE job_id = @Id AND file_type = 'archive' AND {ArtifactRow.IsThere}",
            new { source.Id, now },
            ct
        );
        if (archive is null)
            return false;
        _dependencies.Add(new JobDependency(source.Id, source.Name, token, new ArtifactsFile(archive.Filename, archive.Size)));
        return true;
    }

    /// <summary>It passed and should have left an archive, whose time has run out. One that found no files to upload has not left any.</summary>
    private bool HasExpired(CompiledJob compiled, JobRow source) =>
        source is { Status: "success", FinishedAt: { } finished }
        && compiled.Artifacts.FirstOrDefault(artifact => artifact.ArtifactType == ArtifactType.Archive) is { } archive
        && ArtifactExpiry.At(archive.ExpireIn, finished, expireIn) <= now;

    public sealed record Found(ImmutableArray<Variable> Dotenv, ImmutableArray<JobDependency> Dependencies);

    private sealed record Line(string Name, byte[] Value);
}
