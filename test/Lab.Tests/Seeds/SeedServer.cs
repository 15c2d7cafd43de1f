using System.Net.Http.Json;
using System.Text.Json;
using Slipway.Lab.Tests.Clients;
using Xunit;

namespace Slipway.Lab.Tests.Seeds;

/// <summary>A server that containers, and containers in those, reach under one name, and projects on it that each have a runner of their own.</summary>
public sealed class SeedServer : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _gate = new(1);
    private ClientServer? _server;
    private HttpClient? _http;

    private ClientServer Server => _server ?? throw new InvalidOperationException("It is not started.");
    private HttpClient Http => _http ?? throw new InvalidOperationException("It is not started.");

    /// <summary>Host and port: the registry's name.</summary>
    public string Host => new Uri(Server.Url).Authority;

    internal string Token => Server.Token;
    internal string Said => Server.Said;

    internal async Task StartAsync(LabEngine lab)
    {
        await _gate.WaitAsync();
        try
        {
            if (_server is not null)
                return;
            var server = new ClientServer($"{lab.Gateway}:0", "off");
            await server.InitializeAsync();
            _server = server;
            _http = new HttpClient { BaseAddress = new Uri(server.Url.TrimEnd('/') + "/api/v4/") };
            _http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", server.Token);
            await PostAsync("groups", new { name = "group", path = "group" });
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        _gate.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>An empty project in the group, and a token for a runner of its own.</summary>
    internal async Task<(long Project, string Runner)> ProjectAsync(string name)
    {
        var group = await GetAsync("groups/group");
        var made = await PostAsync("projects", new { name, namespace_id = group.GetProperty("id").GetInt64() });
        var project = made.GetProperty("id").GetInt64();
        var runner = await PostAsync(
            "user/runners",
            new
            {
                runner_type = "project_type",
                project_id = project,
                run_untagged = true,
            }
        );
        return (project, runner.GetProperty("token").GetString()!);
    }

    /// <summary>Pushes the branch that is checked out.</summary>
    internal async Task PushAsync(TestProject files, string name)
    {
        var branch = (await files.GitAsync("branch", "--show-current")).Trim();
        await files.GitAsync("push", "-q", $"http://root:{Token}@{Host}/group/{name}.git", branch);
    }

    /// <summary>Waits until the project's latest pipeline moves no further by itself.</summary>
    /// <returns>Its status, and its jobs' names, statuses and logs.</returns>
    internal async Task<(string Status, IReadOnlyList<SeenJob> Jobs)> EndAsync(long project, string branch)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var pipelines = await GetAsync($"projects/{project}/pipelines?ref={branch}");
            if (pipelines.GetArrayLength() > 0 && pipelines[0].GetProperty("status").GetString() is { } status)
                if (status is "success" or "failed" or "canceled" or "manual" or "skipped")
                    return (status, await JobsAsync(project, pipelines[0].GetProperty("id").GetInt64()));
            await Task.Delay(Pause, limit.Token);
        }
    }

    internal Task PlayAsync(long project, long job) => PostAsync($"projects/{project}/jobs/{job}/play", new { });

    /// <summary>Waits until a job has ended.</summary>
    internal async Task<SeenJob> JobEndAsync(long project, long job)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var seen = await GetAsync($"projects/{project}/jobs/{job}");
            if (seen.GetProperty("status").GetString() is "success" or "failed" or "canceled")
                return await SeenAsync(project, seen);
            await Task.Delay(Pause, limit.Token);
        }
    }

    internal async Task<bool> HasPipelineAsync(long project, string branch) =>
        (await GetAsync($"projects/{project}/pipelines?ref={branch}")).GetArrayLength() > 0;

    private async Task<IReadOnlyList<SeenJob>> JobsAsync(long project, long pipeline)
    {
        var jobs = new List<SeenJob>();
        foreach (var job in (await GetAsync($"projects/{project}/pipelines/{pipeline}/jobs")).EnumerateArray())
            jobs.Add(await SeenAsync(project, job));
        return jobs;
    }

    private async Task<SeenJob> SeenAsync(long project, JsonElement job)
    {
        var id = job.GetProperty("id").GetInt64();
        var log = await Http.GetStringAsync(new Uri($"projects/{project}/jobs/{id}/trace", UriKind.Relative));
        return new SeenJob(id, job.GetProperty("name").GetString()!, job.GetProperty("status").GetString()!, log);
    }

    private Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var made = await Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        Assert.True(made.IsSuccessStatusCode, $"{path}: {await made.Content.ReadAsStringAsync()}");
        return await made.Content.ReadFromJsonAsync<JsonElement>();
    }
}

internal sealed record SeenJob(long Id, string Name, string Status, string Log);
