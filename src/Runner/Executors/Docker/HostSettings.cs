using System.Collections.Immutable;
using System.Globalization;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Turns <c>[runners.docker]</c> into what the engine is asked for. What cannot be understood fails the job as the runner's configuration's fault.</summary>
internal static class HostSettings
{
    /// <summary>The job's own container.</summary>
    public static HostSpec OfJob(DockerConfig config, bool privileged, bool init) =>
        Limited(config, config.Resources) with
        {
            Privileged = privileged ? true : null,
            SecurityOpt = SecurityOptions(config.SecurityOpt),
            UsernsMode = Given(config.UsernsMode),
            Devices = Devices(config.Devices),
            DeviceCgroupRules = Given(config.DeviceCgroupRules),
            Tmpfs = Given(config.Tmpfs),
            CpusetMems = Given(config.CpusetMems),
            OomKillDisable = config.OomKillDisable ? true : null,
            OomScoreAdj = config.OomScoreAdjust == 0 ? null : config.OomScoreAdjust,
            PidMode = Given(config.PidMode),
            IpcMode = Given(config.IpcMode),
            Links = Given(config.Links),
            GroupAdd = Given(config.GroupAdd),
            Init = init ? true : null,
        };

    /// <summary>A service: limits, devices, tmpfs and security options of its own, the rest as the job's.</summary>
    /// <param name="devices">Of the first <c>services_devices</c> glob that fits its image.</param>
    public static HostSpec OfService(DockerConfig config, bool privileged, IReadOnlyList<string> devices) =>
        Limited(config, config.ServiceResources) with
        {
            Privileged = privileged ? true : null,
            SecurityOpt = SecurityOptions(config.ServicesSecurityOpt),
            UsernsMode = Given(config.UsernsMode),
            Devices = Devices(devices),
            Tmpfs = Given(config.ServicesTmpfs),
        };

    /// <summary>A size with a unit: <c>512m</c>, <c>2g</c>, <c>1048576</c>. <see langword="null"/> when nothing is given.</summary>
    internal static long? Bytes(string? text, string key)
    {
        if (Given(text) is not { } given)
            return null;
        var number = given.AsSpan().Trim().TrimEnd("bBiI");
        var shift =
            number.Length == 0
                ? 0
                : char.ToLowerInvariant(number[^1]) switch
                {
                    'k' => 10,
                    'm' => 20,
                    'g' => 30,
                    't' => 40,
                    _ => 0,
                };
        if (shift > 0)
            number = number[..^1];
        return
            decimal.TryParse(
                number,
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var value
            ) && value is >= -1 and < 1_000_000_000_000m
            ? (long)Math.Clamp(value * (1L << shift), -1, long.MaxValue)
            : throw Wrong(key, given);
    }

    private static HostSpec Limited(DockerConfig config, DockerResources limits) =>
        new()
        {
            CapAdd = Given(config.CapAdd),
            CapDrop = Given(config.CapDrop),
            Runtime = Given(config.Runtime),
            Isolation = Given(config.Isolation),
            Sysctls = Given(config.Sysctls),
            Ulimits = config.Ulimit.IsEmpty ? null : [.. config.Ulimit.Select(limit => Ulimit(limit.Key, limit.Value))],
            ShmSize = config.ShmSize > 0 ? config.ShmSize : null,
            DnsServers = Given(config.Dns),
            DnsSearch = Given(config.DnsSearch),
            VolumesFrom = Given(config.VolumesFrom),
            LogConfig = config.LogOptions.IsEmpty ? null : new LogSpec("json-file", config.LogOptions.ToDictionary()),
            Memory = Bytes(limits.Memory, "memory"),
            MemorySwap = Bytes(limits.MemorySwap, "memory_swap"),
            MemoryReservation = Bytes(limits.MemoryReservation, "memory_reservation"),
            NanoCpus = NanoCpus(limits.Cpus),
            CpuShares = limits.CpuShares > 0 ? limits.CpuShares : null,
            CpusetCpus = Given(limits.CpusetCpus),
            CgroupParent = Given(limits.CgroupParent),
            DeviceRequests = Gpus(limits.Gpus),
        };

    private static long? NanoCpus(string? text) =>
        Given(text) is not { } given ? null
        : decimal.TryParse(given, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus) && cpus is > 0 and < 100_000
            ? (long)(cpus * 1_000_000_000)
        : throw Wrong("cpus", given);

    /// <summary><c>1024</c> or <c>1024:4096</c>; -1 = no limit.</summary>
    private static UlimitSpec Ulimit(string name, string value)
    {
        var parts = value.Split(':');
        return
            parts.Length <= 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var soft)
            && long.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var hard)
            ? new UlimitSpec(name, soft, hard)
            : throw Wrong("ulimit." + name, value);
    }

    /// <summary><c>/dev/a[:/dev/b[:rwm]]</c>.</summary>
    private static DeviceSpec[]? Devices(IReadOnlyList<string> devices) =>
        devices.Count == 0
            ? null
            :
            [
                .. devices.Select(device =>
                    device.Split(':') switch
                    {
                        [{ Length: > 0 } host] => new DeviceSpec(host, host, "rwm"),
                        [{ Length: > 0 } host, var rights] when rights.Length > 0 && rights.All("rwm".Contains) => new DeviceSpec(
                            host,
                            host,
                            rights
                        ),
                        [{ Length: > 0 } host, { Length: > 0 } inside] => new DeviceSpec(host, inside, "rwm"),
                        [{ Length: > 0 } host, { Length: > 0 } inside, { Length: > 0 } rights] => new DeviceSpec(host, inside, rights),
                        _ => throw Wrong("devices", device),
                    }
                ),
            ];

    /// <summary><c>all</c>, a count, or <c>device=0,1</c> as <c>docker run --gpus</c> takes it.</summary>
    private static DeviceRequest[]? Gpus(string? text)
    {
        if (Given(text)?.Trim('"') is not { } gpus)
            return null;
        if (gpus.StartsWith("device=", StringComparison.Ordinal))
            return
            [
                new DeviceRequest(
                    null,
                    null,
                    gpus["device=".Length..].Split(','),
                    [
                        ["gpu"],
                    ]
                ),
            ];
        var count =
            gpus == "all" ? -1
            : int.TryParse(gpus, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n
            : throw Wrong("gpus", gpus);
        return
        [
            new DeviceRequest(
                null,
                count,
                null,
                [
                    ["gpu"],
                ]
            ),
        ];
    }

    /// <summary>A seccomp profile is a file of this machine, and the engine wants its content.</summary>
    private static string[]? SecurityOptions(IReadOnlyList<string> options) => options.Count == 0 ? null : [.. options.Select(Inline)];

    private static string Inline(string option)
    {
        var at = option.IndexOfAny(['=', ':']);
        if (at < 0 || option[..at] != "seccomp" || option[(at + 1)..] is "unconfined" or "builtin")
            return option;
        try
        {
            return "seccomp=" + File.ReadAllText(option[(at + 1)..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JobFailedException(
                FailureReason.RunnerConfiguration,
                $"security_opt: opening seccomp profile ({option[(at + 1)..]}) failed: {e.Message}"
            );
        }
    }

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;

    private static string[]? Given(IReadOnlyCollection<string> list) => list.Count == 0 ? null : [.. list];

    private static Dictionary<string, string>? Given(ImmutableDictionary<string, string> map) => map.IsEmpty ? null : new(map);

    private static JobFailedException Wrong(string key, string value) =>
        new(FailureReason.RunnerConfiguration, $"[runners.docker] {key}: \"{value}\" is not understood");
}
