using Slipway.Server.Data;

namespace Slipway.Server.Ui.Parts;

/// <summary>How a stage looks from afar: the status of it that somebody most wants to know of.</summary>
internal static class StageStatus
{
    private static readonly string[] Loudest =
    [
        "failed",
        "running",
        "canceling",
        "pending",
        "waiting_for_resource",
        "preparing",
        "scheduled",
        "manual",
        "created",
        "canceled",
        "success",
        "skipped",
    ];

    /// <summary>Those first that somebody must look at: failed, then running.</summary>
    public static IEnumerable<JobRow> LoudestFirst(IEnumerable<JobRow> jobs) =>
        jobs.OrderBy(job => Array.IndexOf(Loudest, job is { Status: "failed", AllowFailure: 1 } ? "success" : job.Status));

    /// <param name="jobs">The newest attempts of a stage's jobs; at least one.</param>
    public static (string Status, bool Tolerated) Of(IReadOnlyList<JobRow> jobs)
    {
        var isTolerated = jobs.Any(job => job is { Status: "failed", AllowFailure: 1 });
        var words = jobs.Select(job => job is { Status: "failed", AllowFailure: 1 } ? "success" : job.Status).ToHashSet();
        var status = Loudest.FirstOrDefault(words.Contains) ?? jobs[0].Status;
        return (status, isTolerated && status == "success");
    }
}
