using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Scenarios.OnServer;

/// <summary>Reads over API v4 what a step has come to, as much of it as is looked at.</summary>
internal sealed partial class ServerOutcome(ScenarioServer server, ServerProject project, Expectation expected)
{
    /// <summary>For what is worked out after a job's end.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private Api Api => server.Api;

    public async Task<Outcome> OfNothingAsync(string @ref)
    {
        var (warnings, merged) = await LintAsync(@ref);
        // A push that wants none is told nothing; who asks for one is.
        var why = expected.Errors.Count == 0 ? null : await Api.RefusalAsync($"projects/{project.Id}/pipeline", new { @ref });
        return new Outcome
        {
            IsExplained = false,
            Errors = why is null ? [] : [(why, null)],
            Warnings = warnings,
            Merged = merged,
            Jobs = new Dictionary<string, JobOutcome>(),
        };
    }

    public async Task<Outcome> OfAsync(JsonNode root, string @ref, IReadOnlyList<ServerRun.SeenPipeline> all, IReadOnlyList<Deed> undone)
    {
        var (warnings, merged) = await LintAsync(@ref);
        var jobs = new Dictionary<string, JobOutcome>();
        foreach (var attempts in all.SelectMany(one => one.Jobs).GroupBy(job => job.FullName))
            jobs[attempts.Key] = await JobAsync(root, [.. attempts.OrderBy(job => job.Id)]);
        Assert.Empty(server.Tap.Mistakes);
        var errors = (string?)root["yaml_errors"];
        return new Outcome
        {
            IsExplained = false,
            Status = errors is null ? (string)root["status"]! : null,
            Name = (string?)root["name"],
            Errors = errors is null ? [] : [(errors, null)],
            Warnings = warnings,
            Merged = merged,
            Undone = undone,
            Jobs = jobs,
        };
    }

    private async Task<(IReadOnlyList<string> Warnings, string Merged)> LintAsync(string @ref)
    {
        if (expected.Warnings is null && expected.Merged.Count == 0)
            return ([], "");
        var lint = await Api.GetAsync($"projects/{project.Id}/ci/lint?content_ref={Uri.EscapeDataString(@ref)}");
        return ([.. lint["warnings"]!.AsArray().Select(warning => (string)warning!)], (string?)lint["merged_yaml"] ?? "");
    }

    private async Task<JobOutcome> JobAsync(JsonNode root, IReadOnlyList<ServerRun.SeenJob> attempts)
    {
        var job = attempts[^1];
        var wanted = expected.Jobs.GetValueOrDefault(job.FullName);
        var lines = wanted is { Log.Count: > 0 } or { LogLacks.Count: > 0 } or { ExitCode: not null } ? await LinesAsync(job) : [];
        return new JobOutcome
        {
            Status = job.Status,
            Attempts = attempts.Count,
            Reason = (string?)job.Json["failure_reason"],
            ExitCode = ExitCode(job, lines),
            AllowFailure = (bool)job.Json["allow_failure"]!,
            Stage = (string)job.Json["stage"]!,
            Tests = wanted?.Tests is null ? null : await TestsAsync(job),
            Coverage = wanted?.Coverage is null ? null : await CoverageAsync(job),
            Started = job.StartedAt?.ToUnixTimeMilliseconds(),
            Finished = job.FinishedAt?.ToUnixTimeMilliseconds(),
            After = job.StartedAt - root["created_at"]!.GetValue<DateTimeOffset>(),
            Lines = lines,
            Artifacts = wanted?.Artifacts is null ? [] : await ArtifactsAsync(job),
            Payload = server.Tap.Payloads.TryGetValue(job.Id, out var payload) ? JsonSerializer.SerializeToNode(payload) : null,
        };
    }

    private async Task<string[]> LinesAsync(ServerRun.SeenJob job) =>
        job.IsBridge
            ? []
            : LogText.Lines(Encoding.UTF8.GetString(await Api.BytesAsync($"projects/{project.Id}/jobs/{job.Id}/trace") ?? []));

    /// <summary>The API does not tell it; the log does.</summary>
    private static int? ExitCode(ServerRun.SeenJob job, IReadOnlyList<string> lines) =>
        job.Status == "success" ? 0
        : lines.Select(line => Ended().Match(line)).LastOrDefault(match => match.Success) is { } match ? int.Parse(match.Groups[1].Value)
        : null;

    private async Task<double?> CoverageAsync(ServerRun.SeenJob job) =>
        (double?)await UntilThereAsync(async () => (await Api.GetAsync($"projects/{project.Id}/jobs/{job.Id}"))["coverage"]);

    private async Task<JsonObject?> TestsAsync(ServerRun.SeenJob job)
    {
        var path = $"projects/{project.Id}/pipelines/{job.Json["pipeline"]!["id"]}/test_report";
        var suite = await UntilThereAsync(async () =>
            (await Api.GetAsync(path))["test_suites"]!.AsArray().FirstOrDefault(one => (string)one!["name"]! == (string)job.Json["name"]!)
        );
        return suite is null
            ? null
            : new JsonObject
            {
                ["total"] = (int)suite["total_count"]!,
                ["success"] = (int)suite["success_count"]!,
                ["failures"] = (int)suite["failed_count"]!,
                ["errors"] = (int)suite["error_count"]!,
                ["skipped"] = (int)suite["skipped_count"]!,
                ["broken"] = suite["suite_error"] is not null,
            };
    }

    private static async Task<JsonNode?> UntilThereAsync(Func<Task<JsonNode?>> read)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await read() is { } found)
                return found;
            if (TimeProvider.System.GetElapsedTime(begun) > s_patience)
                return null;
            await Task.Delay(50);
        }
    }

    private async Task<IReadOnlyList<string>> ArtifactsAsync(ServerRun.SeenJob job)
    {
        if (await Api.BytesAsync($"projects/{project.Id}/jobs/{job.Id}/artifacts") is not { } archive)
            return [];
        using var zip = new ZipArchive(new MemoryStream(archive));
        return [.. zip.Entries.Select(entry => entry.FullName).Where(path => !path.EndsWith('/'))];
    }

    [GeneratedRegex(@"^ERROR: Job failed: (?:exit status|exit code) (\d+)")]
    private static partial Regex Ended();
}
