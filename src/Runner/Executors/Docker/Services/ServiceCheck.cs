using System.Globalization;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>How to tell that a service is up.</summary>
internal abstract record ServiceCheck
{
    private const int MaxPorts = 20;

    private ServiceCheck() { }

    /// <summary>The image's HEALTHCHECK succeeds. It is run by us: the engine's own first try may come only after 30 s.</summary>
    public sealed record Command(string[] Words) : ServiceCheck;

    /// <summary>Any of these TCP ports accepts connections. Not each: docker:dind announces 2375 and 2376, and listens on one.</summary>
    public sealed record AnyPort(IReadOnlyList<int> Ports) : ServiceCheck;

    /// <summary>It announces nothing that could be tried.</summary>
    public sealed record Nothing : ServiceCheck;

    /// <summary>HEALTHCHECK_TCP_PORT in the service's environment beats HEALTHCHECK, which beats the announced ports.</summary>
    public static ServiceCheck Of(RunConfig? config)
    {
        const string Variable = "HEALTHCHECK_TCP_PORT=";
        var named = config?.Env?.LastOrDefault(pair => pair.StartsWith(Variable, StringComparison.Ordinal));
        if (named is not null && Port(named[Variable.Length..]) is { } port)
            return new AnyPort([port]);
        if (config?.Healthcheck?.Test is ["CMD", _, ..] words)
            return new Command(words[1..]);
        if (config?.Healthcheck?.Test is ["CMD-SHELL", var line])
            return new Command(["/bin/sh", "-c", line]);
        var ports = (config?.ExposedPorts?.Keys ?? Enumerable.Empty<string>())
            .Where(key => !key.Contains('/') || key.EndsWith("/tcp", StringComparison.Ordinal))
            .Select(key => Port(key.Split('/')[0]))
            .OfType<int>()
            .Order()
            .Take(MaxPorts)
            .ToList();
        return ports.Count > 0 ? new AnyPort(ports) : new Nothing();
    }

    private static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : null;
}
