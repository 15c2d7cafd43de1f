namespace Slipway.Runner.Executors.Docker;

/// <summary>How a job's containers reach each other.</summary>
internal abstract record NetworkPlan
{
    private NetworkPlan() { }

    /// <summary>A network that no other job is on while this one runs. Names are the engine's to resolve.</summary>
    public sealed record Own : NetworkPlan;

    /// <summary>A network of the user's. Names are resolved there too, but other jobs on it have the same ones.</summary>
    public sealed record Shared(string Name) : NetworkPlan;

    /// <summary>The engine's default bridge, or a mode such as <c>host</c>, <c>none</c> or <c>container:ID</c>: no names; services are written into the job's hosts file.</summary>
    public sealed record Nameless(string? Mode) : NetworkPlan;

    /// <summary>What <c>HostConfig.NetworkMode</c> says; <see langword="null"/> for a network yet to be made, and for the engine's default.</summary>
    public string? EngineMode =>
        this switch
        {
            Shared(var name) => name,
            Nameless(var mode) => mode,
            _ => null,
        };

    /// <param name="perBuild">
    /// The feature flag FF_NETWORK_PER_BUILD, when somebody has set it. Otherwise jobs with services get a network of their own; one without has
    /// nobody to call by name, and making and removing a network would take longer than all the rest of a small job.
    /// </param>
    public static NetworkPlan Of(string? configured, bool? perBuild, bool hasServices) =>
        configured switch
        {
            null or "" => perBuild ?? hasServices ? new Own() : new Nameless(null),
            "default" or "bridge" or "host" or "none" => new Nameless(configured),
            _ when configured.StartsWith("container:", StringComparison.Ordinal) => new Nameless(configured),
            _ => new Shared(configured),
        };
}
