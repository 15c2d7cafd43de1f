using System.Collections.Immutable;

namespace Slipway.Runner.Config;

/// <summary>Reads <c>[runners.docker]</c>.</summary>
internal static class DockerConfigReader
{
    public static DockerConfig Read(ConfigTable table)
    {
        var docker = Storage(table, Network(table, Security(table, Images(table, new DockerConfig()))));
        docker = docker with
        {
            Resources = Resources(table, ""),
            ServiceResources = Resources(table, "service_"),
            CpusetMems = table.Text("cpuset_mems"),
            OomKillDisable = table.Flag("oom_kill_disable") ?? false,
            OomScoreAdjust = table.Count("oom_score_adjust"),
            ShmSize = table.Number("shm_size"),
            Devices = table.Texts("devices"),
            DeviceCgroupRules = table.Texts("device_cgroup_rules"),
            ServicesDevices = ServicesDevices(table.TableOrNull("services_devices")),
            Services = [.. table.Tables("services").Select(Service)],
            ServicesLimit = table.NumberOrNull("services_limit") is { } limit ? (int)Math.Clamp(limit, -1, int.MaxValue) : null,
            WaitForServicesTimeout = table.Count("wait_for_services_timeout"),
            ContainerLabels = table.Map("container_labels"),
            LogOptions = table.Map("log_options"),
        };
        table.Close();
        return docker;
    }

    private static DockerConfig Images(ConfigTable table, DockerConfig docker) =>
        docker with
        {
            Host = table.Text("host"),
            TlsCertPath = table.Text("tls_cert_path"),
            TlsVerify = table.Flag("tls_verify") ?? false,
            Image = table.Text("image", ""),
            PullPolicy = table.TextOrTexts("pull_policy"),
            AllowedPullPolicies = table.Texts("allowed_pull_policies"),
            AllowedImages = table.Texts("allowed_images"),
            AllowedServices = table.Texts("allowed_services"),
            AllowedPrivilegedImages = table.Texts("allowed_privileged_images"),
            AllowedPrivilegedServices = table.Texts("allowed_privileged_services"),
            HelperImage = table.Text("helper_image"),
            HelperImageFlavor = table.Text("helper_image_flavor"),
        };

    private static DockerConfig Security(ConfigTable table, DockerConfig docker) =>
        docker with
        {
            Privileged = table.Flag("privileged") ?? false,
            ServicesPrivileged = table.Flag("services_privileged"),
            CapAdd = table.Texts("cap_add"),
            CapDrop = table.Texts("cap_drop"),
            SecurityOpt = table.Texts("security_opt"),
            ServicesSecurityOpt = table.Texts("services_security_opt"),
            UsernsMode = table.Text("userns_mode"),
            User = table.Text("user"),
            AllowedUsers = table.Texts("allowed_users"),
            GroupAdd = table.Texts("group_add"),
            DisableEntrypointOverwrite = table.Flag("disable_entrypoint_overwrite") ?? false,
            Runtime = table.Text("runtime"),
            Isolation = table.Text("isolation"),
            Sysctls = table.Map("sysctls"),
            Ulimit = table.Map("ulimit"),
        };

    private static DockerConfig Network(ConfigTable table, DockerConfig docker) =>
        docker with
        {
            NetworkMode = table.Text("network_mode"),
            NetworkMtu = table.Count("network_mtu"),
            EnableIpv6 = table.Flag("enable_ipv6") ?? false,
            Dns = table.Texts("dns"),
            DnsSearch = table.Texts("dns_search"),
            ExtraHosts = table.Texts("extra_hosts"),
            Links = table.Texts("links"),
            Hostname = table.Text("hostname"),
            MacAddress = table.Text("mac_address"),
            PidMode = table.Text("pid_mode"),
            IpcMode = table.Text("ipcmode"),
        };

    private static DockerConfig Storage(ConfigTable table, DockerConfig docker) =>
        docker with
        {
            Volumes = table.Texts("volumes"),
            VolumesFrom = table.Texts("volumes_from"),
            VolumeDriver = table.Text("volume_driver"),
            VolumeDriverOps = table.Map("volume_driver_ops"),
            VolumeKeep = table.Flag("volume_keep") ?? false,
            DisableCache = table.Flag("disable_cache") ?? false,
            CacheDir = table.Text("cache_dir"),
            Tmpfs = table.Map("tmpfs"),
            ServicesTmpfs = table.Map("services_tmpfs"),
        };

    private static DockerResources Resources(ConfigTable table, string prefix) =>
        new(
            table.Text(prefix + "memory"),
            table.Text(prefix + "memory_swap"),
            table.Text(prefix + "memory_reservation"),
            table.Text(prefix + "cpus"),
            table.Number(prefix + "cpu_shares"),
            table.Text(prefix + "cpuset_cpus"),
            table.Text(prefix + "cgroup_parent"),
            table.Text(prefix + "gpus")
        );

    private static ImmutableDictionary<string, ImmutableArray<string>> ServicesDevices(ConfigTable? table) =>
        table is null
            ? ImmutableDictionary<string, ImmutableArray<string>>.Empty
            : table.All().Select(pair => pair.Key).ToImmutableDictionary(glob => glob, glob => table.Texts(glob), StringComparer.Ordinal);

    private static DockerServiceConfig Service(ConfigTable table)
    {
        var service = new DockerServiceConfig
        {
            Name = table.Text("name", ""),
            Alias = table.Text("alias"),
            Entrypoint = table.Texts("entrypoint"),
            Command = table.Texts("command"),
            Environment = table.Texts("environment"),
        };
        table.Accept("tags");
        table.Close();
        return service;
    }
}
