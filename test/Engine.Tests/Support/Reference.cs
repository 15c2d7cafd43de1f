using Slipway.Compiler;

namespace Slipway.Engine.Tests.Support;

/// <summary>
/// The specification once more, slow and word for word (gitlab-ci-yaml §12.2 and §12.3), to hold the engine against. A job is a word here: its status,
/// and a question mark when it is allowed to fail.
/// </summary>
internal static class Reference
{
    public static string Word(JobState job) => Statuses.Word(job.Status) + (job.AllowFailure ? "?" : "");

    public static string Composite(IEnumerable<string> jobs, bool needs)
    {
        var set = jobs.Select(Symbol).ToHashSet();
        bool Only(params string[] allowed) => set.IsSubsetOf(allowed);
        bool Any(params string[] wanted) => set.Overlaps(wanted);

        (bool Holds, string Status)[] lines =
        [
            (set.Count == 0, "success"),
            (needs && Any("skipped", "ignored"), "skipped"),
            (Only("skipped", "ignored"), "skipped"),
            (Only("success", "skipped", "success_with_warnings", "ignored"), "success"),
            (Only("created", "success_with_warnings", "ignored"), "created"),
            (Only("preparing", "success_with_warnings", "ignored"), "preparing"),
            (Only("canceled", "success", "skipped", "success_with_warnings", "ignored"), "canceled"),
            (Only("pending", "created", "skipped", "success_with_warnings", "ignored"), "pending"),
            (Any("running", "pending"), "running"),
            (Any("waiting_for_resource"), "waiting_for_resource"),
            (Any("manual"), "manual"),
            (Any("scheduled"), "scheduled"),
            (Any("preparing"), "preparing"),
            (Any("created"), "running"),
            (Any("canceling"), "canceling"),
        ];
        return lines.FirstOrDefault(line => line.Holds, (Holds: true, Status: "failed")).Status;
    }

    /// <summary>What the jobs before this one amount to.</summary>
    public static string Before(PipelineState state, CompiledJob job)
    {
        var latest = state.Jobs.Where(other => !other.Retried).ToArray();
        return job.Needs is { } needs
            ? Composite(latest.Where(other => needs.Any(need => need.Job == other.Job.Name)).Select(Word), needs: true)
            : Composite(latest.Where(other => other.Job.StageIndex < job.StageIndex).Select(Word), needs: false);
    }

    /// <summary>Where a created job goes when this is what stands before it; <c>created</c> when it has to wait.</summary>
    public static string Next(CompiledJob job, string before, bool played)
    {
        if (before is not ("success" or "failed" or "canceled" or "skipped"))
            return "created";

        string[] accepted = job.When switch
        {
            JobWhen.OnFailure => ["failed"],
            JobWhen.Always => ["success", "failed", "skipped"],
            _ => job.Needs is null ? ["success", "skipped"] : ["success"],
        };
        if (!accepted.Contains(before))
            return "skipped";
        if (job.When == JobWhen.Manual && !played)
            return "manual";
        if (job.When == JobWhen.Delayed && !played)
            return "scheduled";
        return job.ResourceGroup is null ? "pending" : "waiting_for_resource";
    }

    private static string Symbol(string job) =>
        job switch
        {
            "failed?" or "canceled?" => "success_with_warnings",
            "manual?" => "ignored",
            _ => job.TrimEnd('?'),
        };
}
