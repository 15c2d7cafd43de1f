using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Scenarios.OnServer;

/// <summary>One pipeline of a server while it runs: does what the step wants done meanwhile, and waits until nothing goes on by itself any more.</summary>
internal sealed class ServerRun(ScenarioServer server, ServerProject project, ProjectRunner runner, Step step)
{
    /// <summary>A pipeline that has not ended by then hangs.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly string[] s_still = ["success", "failed", "canceled", "skipped", "manual"];

    private readonly List<Deed> _open = [.. step.Run.Meanwhile];
    private readonly HashSet<string> _played = [];

    private Api Api => server.Api;

    /// <param name="pipeline">Nothing when none was created.</param>
    public async Task<Outcome> ToEndAsync(long? pipeline, string @ref)
    {
        var reading = new ServerOutcome(server, project, step.Expect);
        if (pipeline is not { } id)
            return await reading.OfNothingAsync(@ref);
        var begun = TimeProvider.System.GetTimestamp();
        var first = true;
        while (true)
        {
            var root = await Api.GetAsync($"projects/{project.Id}/pipelines/{id}");
            if (first || _open.Count > 0 || step.Run.Manual.Count > 0 || IsStill(root))
            {
                var all = await SeenPipeline.ReadAsync(Api, root, "");
                await runner.TakeAsync(all.SelectMany(one => one.Jobs).SelectMany(job => job.Tags));
                var done = await DoAsync(id, all);
                if (!first && !done && all.All(one => IsStill(one.Pipeline)) && all.SelectMany(one => one.Jobs).All(job => !job.IsUnderWay))
                    return await reading.OfAsync(root, @ref, all, _open);
            }

            first = false;
            if (TimeProvider.System.GetElapsedTime(begun) > s_patience)
                throw new TimeoutException($"The pipeline has not ended by itself within {s_patience.TotalSeconds} s: {root["status"]}");
            await Task.Delay(s_pause);
        }
    }

    private static bool IsStill(JsonNode pipeline) => s_still.Contains((string)pipeline["status"]!);

    /// <returns>Whether there was something to do.</returns>
    private async Task<bool> DoAsync(long pipeline, IReadOnlyList<SeenPipeline> all)
    {
        var jobs = all.SelectMany(one => one.Jobs).ToLookup(job => job.FullName);
        var acted = false;
        foreach (var name in step.Run.Manual.Where(name => !_played.Contains(name)))
            if (jobs[name].LastOrDefault() is { Status: "manual" } waiting)
            {
                _played.Add(name);
                await Api.PostAsync($"projects/{project.Id}/jobs/{waiting.Id}/play");
                acted = true;
            }

        foreach (var deed in _open.ToList())
        {
            if (!await HasComeAsync(deed, all))
                continue;
            _open.Remove(deed);
            await DoAsync(pipeline, deed, jobs);
            acted = true;
        }

        return acted;
    }

    private async Task<bool> HasComeAsync(Deed deed, IReadOnlyList<SeenPipeline> all)
    {
        var jobs = all.SelectMany(one => one.Jobs).ToList();
        if (deed.Started is { } started)
            return jobs.Any(job => job.FullName == started && job.StartedAt is not null);
        if (deed.Finished is { } finished)
            return jobs.Any(job => job.FullName == finished && job.FinishedAt is not null);
        foreach (var job in jobs.Where(job => job.StartedAt is not null && !job.IsBridge))
            if (await Api.BytesAsync($"projects/{project.Id}/jobs/{job.Id}/trace") is { } log)
                if (LogText.Lines(Encoding.UTF8.GetString(log)).Contains(deed.Line))
                    return true;
        return false;
    }

    private async Task DoAsync(long pipeline, Deed deed, ILookup<string, SeenJob> jobs)
    {
        switch (deed.Do.Split(' ', 2))
        {
            case ["cancel"]:
                await Api.PostAsync($"projects/{project.Id}/pipelines/{pipeline}/cancel");
                break;
            case [("cancel" or "retry") and var what, var job]:
                await Api.PostAsync($"projects/{project.Id}/jobs/{jobs[job].Last().Id}/{what}");
                break;
            case ["play", var job]:
                var given = deed.Variables.Select(pair => new { key = pair.Key, value = pair.Value }).ToArray();
                await Api.PostAsync($"projects/{project.Id}/jobs/{jobs[job].Last().Id}/play", new { job_variables_attributes = given });
                break;
            default:
                throw new InvalidDataException("do: " + deed.Do);
        }
    }

    /// <summary>One attempt at a job, as API v4 shows it.</summary>
    /// <param name="FullName"><c>bridge > job</c> for a child's.</param>
    public sealed record SeenJob(JsonNode Json, string FullName, bool IsBridge)
    {
        public long Id => (long)Json["id"]!;
        public string Status => (string)Json["status"]!;
        public bool IsUnderWay => Status is "pending" or "running" or "canceling" or "waiting_for_resource" or "preparing" or "scheduled";
        public DateTimeOffset? StartedAt => Instant("started_at");
        public DateTimeOffset? FinishedAt => Instant("finished_at");
        public IEnumerable<string> Tags => (Json["tag_list"] as JsonArray)?.Select(tag => (string)tag!) ?? [];

        private DateTimeOffset? Instant(string name) => Json[name]?.GetValue<DateTimeOffset>();
    }

    /// <summary>A pipeline with all attempts at its jobs, the oldest first.</summary>
    public sealed record SeenPipeline(JsonNode Pipeline, IReadOnlyList<SeenJob> Jobs)
    {
        /// <summary>The pipeline and those that its trigger jobs started in the same project.</summary>
        /// <param name="within">What their jobs' names begin with.</param>
        public static async Task<List<SeenPipeline>> ReadAsync(Api api, JsonNode pipeline, string within)
        {
            var path = $"projects/{pipeline["project_id"]}/pipelines/{pipeline["id"]}";
            var jobs = await ListAsync("jobs", false);
            var bridges = await ListAsync("bridges", true);
            List<SeenPipeline> all = [new(pipeline, [.. jobs.Concat(bridges).OrderBy(job => job.Id)])];
            foreach (var bridge in bridges)
                if (bridge.Json["downstream_pipeline"] is { } child && bridge.Id == bridges.Last(b => b.FullName == bridge.FullName).Id)
                    all.AddRange(
                        await ReadAsync(
                            api,
                            await api.GetAsync($"projects/{child["project_id"]}/pipelines/{child["id"]}"),
                            bridge.FullName + " > "
                        )
                    );
            return all;

            async Task<List<SeenJob>> ListAsync(string what, bool isBridge) =>
                [
                    .. (await api.ListAsync($"{path}/{what}?include_retried=true"))
                        .Select(job => new SeenJob(job, within + (string)job["name"]!, isBridge))
                        .OrderBy(job => job.Id),
                ];
        }
    }
}
