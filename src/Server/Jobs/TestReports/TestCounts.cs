using System.Security.Cryptography;
using System.Text;
using Slipway.Engine.Reports;
using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Jobs.TestReports;

/// <summary>A job's JUnit reports in numbers.</summary>
/// <param name="SuiteError">Why not all of it could be read: that fails no job.</param>
internal sealed record TestCounts(long Success, long Skipped, long Failed, long Errors, long Milliseconds, string? SuiteError)
{
    public static TestCounts None { get; } = new(0, 0, 0, 0, 0, null);

    public long Total => Success + Skipped + Failed + Errors;

    public double Seconds => Milliseconds / 1000.0;

    public static TestCounts operator +(TestCounts a, TestCounts b) =>
        new(
            a.Success + b.Success,
            a.Skipped + b.Skipped,
            a.Failed + b.Failed,
            a.Errors + b.Errors,
            a.Milliseconds + b.Milliseconds,
            a.SuiteError ?? b.SuiteError
        );

    /// <summary>Counts what was uploaded, as it is read (reliability-security S15).</summary>
    public static async Task<TestCounts> ReadAsync(IBlobStore blobs, Blob file, CancellationToken ct)
    {
        await using var gzip = await blobs.OpenAsync(file.Digest, null, ct) ?? throw new IOException($"The blob {file.Digest} is gone.");
        return await Task.Run(() => Count(gzip, ct), ct);
    }

    private static TestCounts Count(Stream gzip, CancellationToken ct)
    {
        using var report = new JUnitReport(gzip);
        var seen = new SeenTests();
        var (counts, seconds) = (new long[4], 0.0);
        while (report.Next() is { } test)
        {
            ct.ThrowIfCancellationRequested();
            if (!seen.Add(test))
                continue;
            counts[(int)test.Verdict]++;
            seconds += test.Seconds;
        }

        return new TestCounts(
            counts[(int)JUnitReport.Verdict.Success],
            counts[(int)JUnitReport.Verdict.Skipped],
            counts[(int)JUnitReport.Verdict.Failure],
            counts[(int)JUnitReport.Verdict.Error],
            (long)Math.Min(seconds * 1000, MostMilliseconds),
            report.Error
        );
    }

    /// <summary>A thousand years: a report may claim anything.</summary>
    private const double MostMilliseconds = 3.2e13;

    /// <summary>In the transaction that makes the report the job's.</summary>
    public Task WriteAsync(Session session, JobRow job, CancellationToken ct) =>
        session.ExecuteAsync(
            """
            INSERT INTO test_reports (job_id, project_id, success, skipped, failed, errors, milliseconds, suite_error)
            VALUES (@Id, @ProjectId, @Success, @Skipped, @Failed, @Errors, @Milliseconds, @SuiteError) ON CONFLICT (job_id) DO NOTHING
            """,
            new
            {
                job.Id,
                job.ProjectId,
                Success,
                Skipped,
                Failed,
                Errors,
                Milliseconds,
                SuiteError,
            },
            ct
        );
}

/// <summary>Which test cases were there before: of two with one class and name the first counts (gitlab-ci-yaml §17.8). Remembers 16 bytes of each.</summary>
internal sealed class SeenTests
{
    private readonly HashSet<UInt128> _seen = [];

    /// <returns>False for one that was there before.</returns>
    public bool Add(JUnitReport.Case test)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{test.ClassName}\0{test.Name}"));
        return _seen.Add(new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8)));
    }
}
