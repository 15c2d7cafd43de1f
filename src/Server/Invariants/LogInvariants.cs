using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Invariants;

/// <summary>I6: a log is no longer than it may be, it is there, and an archived one has the bytes that its name says.</summary>
internal static class LogInvariants
{
    private const int AtOnce = 500;

    public static async Task<Sighting> LookAsync(Scene scene, CancellationToken ct)
    {
        var (troubles, last, looked) = (new List<Diagnosis.Trouble>(), 0L, 0L);
        while (true)
        {
            var page = await scene.Db.QueryAsync<JobRow>(
                "SELECT * FROM jobs WHERE id > @last AND bridge = 0 AND erased_at IS NULL AND (trace_size > 0 OR trace_blob IS NOT NULL) ORDER BY id LIMIT @AtOnce",
                new { last, AtOnce },
                ct
            );
            if (page.Count == 0)
                return new Sighting(Sighting.Count(looked, "log"), troubles);
            foreach (var job in page)
                // While a server runs a log may go to the archive, or be erased, between the row and the look.
                if (
                    await WhyAsync(scene, job, ct) is not null
                    && await AgainAsync(scene, job.Id, ct) is { } now
                    && await WhyAsync(scene, now, ct) is { } why
                )
                    troubles.Add(why);
            (last, looked) = (page[^1].Id, looked + page.Count);
        }
    }

    private static Task<JobRow?> AgainAsync(Scene scene, long id, CancellationToken ct) =>
        scene.Db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @id AND erased_at IS NULL", new { id }, ct);

    private static async Task<Diagnosis.Trouble?> WhyAsync(Scene scene, JobRow job, CancellationToken ct)
    {
        var where = $"project {job.ProjectId}, pipeline {job.PipelineId}";
        if (job.TraceSize > scene.Jobs.TraceBytes)
            return new(
                $"the log of job {job.Id} has {job.TraceSize} bytes, and may have {scene.Jobs.TraceBytes}",
                where,
                "a piece was taken that should have been refused",
                "report this"
            );
        if (job.TraceBlob is null)
            return scene.Traces.Size(job.Id) >= job.TraceSize
                ? null
                : new(
                    $"the log of job {job.Id} has {scene.Traces.Size(job.Id)} bytes, and had {job.TraceSize}",
                    $"{where}, traces/",
                    "its file is gone or was cut short",
                    "restore the file from a backup"
                );
        return
            BlobDigest.TryParse(job.TraceBlob, out var digest)
            && await BlobReading.WhyNotAsync(scene.Blobs, digest, job.TraceSize, ct) is { } why
            ? new(
                $"the log of job {job.Id}: {why}",
                $"{where}, blob {job.TraceBlob}",
                "the store has lost or changed it",
                "restore the blob from a backup"
            )
            : null;
    }
}
