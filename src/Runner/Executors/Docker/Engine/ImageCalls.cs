using System.Text.Json;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>Calls about images. Names must have passed <see cref="ImageReference"/>: they become part of a URL.</summary>
internal static class ImageCalls
{
    public static Task<EngineInfo> InfoAsync(this EngineClient engine, CancellationToken ct) =>
        engine.GetAsync("/info", EngineJson.Default.EngineInfo, ct);

    /// <returns><see langword="null"/>: the engine has no such image.</returns>
    public static async Task<ImageDetails?> InspectImageAsync(this EngineClient engine, string image, CancellationToken ct)
    {
        try
        {
            return await engine.GetAsync($"/images/{image}/json", EngineJson.Default.ImageDetails, ct);
        }
        catch (EngineException e) when (e.NotFound)
        {
            return null;
        }
    }

    /// <param name="labels">Each <c>KEY</c> or <c>KEY=VALUE</c>; all must match.</param>
    public static Task<ImageSummary[]> ListImagesAsync(this EngineClient engine, string[] labels, CancellationToken ct) =>
        engine.GetAsync("/images/json?" + Filters.Of("label", labels), EngineJson.Default.ImageSummaryArray, ct);

    /// <returns>Whether it was there and is gone. One that is in use stays.</returns>
    public static async Task<bool> RemoveImageAsync(this EngineClient engine, string id, CancellationToken ct)
    {
        try
        {
            await engine.CallAsync(HttpMethod.Delete, $"/images/{id}?force=1", ct);
            return true;
        }
        catch (EngineException e) when (e.NotFound || e.Status == System.Net.HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    /// <summary>Pulls an image to its end.</summary>
    /// <param name="registryAuth">Login for the registry, as <c>X-Registry-Auth</c> wants it.</param>
    /// <param name="progress">Told of each step; most of them are of no interest.</param>
    /// <exception cref="EngineException">The engine or the registry refused; a refusal in the middle counts as status 500.</exception>
    public static async Task PullImageAsync(
        this EngineClient engine,
        ImageReference image,
        string? platform,
        string? registryAuth,
        Action<PullProgress> progress,
        CancellationToken ct
    )
    {
        var query =
            $"/images/create?fromImage={Uri.EscapeDataString(image.Name)}&tag={Uri.EscapeDataString(image.Digest ?? image.Tag)}"
            + (platform is null ? "" : "&platform=" + Uri.EscapeDataString(platform));
        using var response = await engine.PullAsync(query, registryAuth, ct);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var lines = new StreamReader(body);
        while (await lines.ReadLineAsync(ct) is { } line)
        {
            if (line.Length == 0 || JsonSerializer.Deserialize(line, EngineJson.Default.PullProgress) is not { } step)
                continue;

            if (step.error is { } error)
                throw new EngineException(System.Net.HttpStatusCode.InternalServerError, error);

            progress(step);
        }
    }
}
