namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>Calls about networks and volumes.</summary>
internal static class NetworkCalls
{
    /// <returns>The network's id.</returns>
    public static async Task<string> CreateNetworkAsync(this EngineClient engine, NetworkSpec spec, CancellationToken ct)
    {
        var created = await engine.PostAsync(
            "/networks/create",
            spec,
            EngineJson.Default.NetworkSpec,
            EngineJson.Default.CreatedObject,
            ct
        );
        return created.Id;
    }

    /// <returns><see langword="null"/>: there is none of that id or name.</returns>
    public static async Task<NetworkDetails?> InspectNetworkAsync(this EngineClient engine, string network, CancellationToken ct)
    {
        try
        {
            return await engine.GetAsync("/networks/" + Uri.EscapeDataString(network), EngineJson.Default.NetworkDetails, ct);
        }
        catch (EngineException e) when (e.NotFound)
        {
            return null;
        }
    }

    /// <returns>Whether it is gone now; <see langword="false"/>: containers still use it.</returns>
    public static async Task<bool> RemoveNetworkAsync(this EngineClient engine, string id, CancellationToken ct)
    {
        try
        {
            await engine.CallAsync(HttpMethod.Delete, "/networks/" + id, ct);
            return true;
        }
        catch (EngineException e) when (e.NotFound)
        {
            return true;
        }
        catch (EngineException e) when (e.Status is System.Net.HttpStatusCode.Forbidden or System.Net.HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    public static Task<NetworkDetails[]> ListNetworksAsync(this EngineClient engine, string[] labels, CancellationToken ct) =>
        engine.GetAsync("/networks?" + Filters.Of("label", labels), EngineJson.Default.NetworkDetailsArray, ct);

    public static async Task<VolumeSummary[]> ListVolumesAsync(this EngineClient engine, string[] labels, CancellationToken ct) =>
        (await engine.GetAsync("/volumes?" + Filters.Of("label", labels), EngineJson.Default.VolumeList, ct)).Volumes ?? [];

    /// <returns>Whether it is gone now; <see langword="false"/>: a container still uses it.</returns>
    public static async Task<bool> RemoveVolumeAsync(this EngineClient engine, string name, CancellationToken ct)
    {
        try
        {
            await engine.CallAsync(HttpMethod.Delete, "/volumes/" + Uri.EscapeDataString(name), ct);
            return true;
        }
        catch (EngineException e) when (e.NotFound)
        {
            return true;
        }
        catch (EngineException e) when (e.Status is System.Net.HttpStatusCode.Conflict)
        {
            return false;
        }
    }
}
