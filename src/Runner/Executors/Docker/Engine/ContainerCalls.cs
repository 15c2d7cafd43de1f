using System.Globalization;
using System.Net.Http.Headers;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>Calls about containers. A container is named by its id or its name. "Is already so" (304) is success everywhere.</summary>
internal static class ContainerCalls
{
    public static async Task<string> CreateContainerAsync(
        this EngineClient engine,
        string name,
        ContainerSpec spec,
        string? platform,
        CancellationToken ct
    )
    {
        var query =
            "/containers/create?name="
            + Uri.EscapeDataString(name)
            + (platform is null ? "" : "&platform=" + Uri.EscapeDataString(platform));
        var created = await engine.PostAsync(query, spec, EngineJson.Default.ContainerSpec, EngineJson.Default.CreatedContainer, ct);
        return created.Id;
    }

    public static Task StartContainerAsync(this EngineClient engine, string id, CancellationToken ct) =>
        engine.CallAsync(HttpMethod.Post, $"/containers/{id}/start", ct);

    /// <summary>TERM, then KILL after <paramref name="grace"/>; returns when it has ended.</summary>
    public static Task StopContainerAsync(this EngineClient engine, string id, TimeSpan grace, CancellationToken ct) =>
        engine.CallAsync(
            HttpMethod.Post,
            string.Create(CultureInfo.InvariantCulture, $"/containers/{id}/stop?t={(int)grace.TotalSeconds}"),
            ct
        );

    public static Task KillContainerAsync(this EngineClient engine, string id, string signal, CancellationToken ct) =>
        engine.CallAsync(HttpMethod.Post, $"/containers/{id}/kill?signal={signal}", ct);

    public static Task<ContainerDetails> InspectContainerAsync(this EngineClient engine, string id, CancellationToken ct) =>
        engine.GetAsync($"/containers/{id}/json", EngineJson.Default.ContainerDetails, ct);

    /// <summary>Returns when the container does not run (any more).</summary>
    public static async Task<WaitResult> WaitContainerAsync(this EngineClient engine, string id, CancellationToken ct)
    {
        using var response = await engine.SendAsync(HttpMethod.Post, $"/containers/{id}/wait", null, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        return await System.Text.Json.JsonSerializer.DeserializeAsync(body, EngineJson.Default.WaitResult, ct) ?? new WaitResult(0, null);
    }

    /// <summary>Kills and removes it with its anonymous volumes. One that is gone, or about to be, is no error.</summary>
    public static async Task RemoveContainerAsync(this EngineClient engine, string id, bool withVolumes, CancellationToken ct)
    {
        try
        {
            await engine.CallAsync(HttpMethod.Delete, $"/containers/{id}?force=1&v={(withVolumes ? 1 : 0)}", ct);
        }
        catch (EngineException e) when (e.NotFound || e.Message.Contains("already in progress", StringComparison.Ordinal)) { }
    }

    /// <param name="labels">Each <c>KEY</c> or <c>KEY=VALUE</c>; all must match.</param>
    public static Task<ContainerSummary[]> ListContainersAsync(this EngineClient engine, string[] labels, CancellationToken ct) =>
        engine.GetAsync("/containers/json?all=1&" + Filters.Of("label", labels), EngineJson.Default.ContainerSummaryArray, ct);

    /// <summary>Attaches to all three streams. Attach before the start, else the first output is lost.</summary>
    public static Task<HijackedStream> AttachAsync(this EngineClient engine, string id, CancellationToken ct) =>
        engine.HijackAsync($"/containers/{id}/attach?stream=1&stdin=1&stdout=1&stderr=1", ct);

    /// <summary>What the container has written so far, each line with its time.</summary>
    /// <param name="tail">Only that many lines from the end.</param>
    public static async Task ReadLogsAsync(
        this EngineClient engine,
        string id,
        int? tail,
        bool follow,
        OutputSink sink,
        CancellationToken ct
    )
    {
        var query = string.Create(
            CultureInfo.InvariantCulture,
            $"/containers/{id}/logs?stdout=1&stderr=1&timestamps=1&follow={(follow ? 1 : 0)}&tail={tail?.ToString(CultureInfo.InvariantCulture) ?? "all"}"
        );
        using var response = await engine.SendAsync(HttpMethod.Get, query, null, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await OutputFrames.CopyAsync(body, ReadOnlyMemory<byte>.Empty, sink, ct);
    }

    /// <summary>Runs a command in a running container to its end.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> ExecAsync(this EngineClient engine, string id, string[] command, OutputSink sink, CancellationToken ct)
    {
        var exec = await engine.PostAsync(
            $"/containers/{id}/exec",
            new ExecSpec(command),
            EngineJson.Default.ExecSpec,
            EngineJson.Default.CreatedObject,
            ct
        );
        var start = EngineClient.JsonBody(new ExecStart(), EngineJson.Default.ExecStart);
        using (var response = await engine.SendAsync(HttpMethod.Post, $"/exec/{exec.Id}/start", start, ct))
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            await OutputFrames.CopyAsync(body, ReadOnlyMemory<byte>.Empty, sink, ct);
        }

        var state = await engine.GetAsync($"/exec/{exec.Id}/json", EngineJson.Default.ExecState, ct);
        return state.ExitCode ?? -1;
    }

    /// <summary>Unpacks a tar stream inside the container, running or not. Owners and modes are the archive's.</summary>
    /// <param name="folder">Must exist; a mount point of the container always does.</param>
    public static async Task PutArchiveAsync(
        this EngineClient engine,
        string id,
        string folder,
        Func<Stream, CancellationToken, Task> writeTar,
        CancellationToken ct
    )
    {
        using var content = new StreamedContent(writeTar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        var query = $"/containers/{id}/archive?noOverwriteDirNonDir=0&path={Uri.EscapeDataString(folder)}";
        using var response = await engine.SendAsync(HttpMethod.Put, query, content, ct);
    }

    /// <summary>A file or a folder with all below it as a tar stream; its names begin with the last part of <paramref name="path"/>.</summary>
    /// <returns><see langword="null"/> when there is nothing of that name.</returns>
    public static async Task<HttpResponseMessage?> GetArchiveAsync(this EngineClient engine, string id, string path, CancellationToken ct)
    {
        try
        {
            return await engine.SendAsync(HttpMethod.Get, $"/containers/{id}/archive?path={Uri.EscapeDataString(path)}", null, ct);
        }
        catch (EngineException e) when (e.NotFound)
        {
            return null;
        }
    }
}
