namespace Slipway.Cli.Commands.Runners;

internal enum SettingKind
{
    Text,
    Number,
    Flag,
    List,
}

/// <summary>One setting of a <c>[[runners]]</c> entry as gitlab-runner's command line has it.</summary>
/// <param name="Option">Without its dashes.</param>
/// <param name="Variable">The environment variable that says the same.</param>
/// <param name="Path">In the entry: <c>limit</c>, <c>docker.image</c>.</param>
internal sealed record Setting(string Option, string Variable, string Path, SettingKind Kind, string Does)
{
    /// <summary>In the order in which gitlab-runner writes them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        .. Plain(),
        Docker("host", "host", SettingKind.Text, "the engine's address instead of the usual socket"),
        Docker("cert-path", "tls_cert_path", SettingKind.Text, "folder with the certificates for the engine", "DOCKER_CERT_PATH"),
        Docker("tlsverify", "tls_verify", SettingKind.Flag, "check the engine's certificate", "DOCKER_TLS_VERIFY"),
        Docker("hostname", "hostname", SettingKind.Text, "host name of job containers"),
        Docker("image", "image", SettingKind.Text, "image of jobs that name none"),
        Docker("runtime", "runtime", SettingKind.Text, "container runtime"),
        Docker("memory", "memory", SettingKind.Text, "memory limit, as in 4g"),
        Docker("memory-swap", "memory_swap", SettingKind.Text, "limit of memory and swap"),
        Docker("memory-reservation", "memory_reservation", SettingKind.Text, "soft memory limit"),
        Docker("cpuset-cpus", "cpuset_cpus", SettingKind.Text, "processors, as in 0,1"),
        Docker("cpus", "cpus", SettingKind.Text, "number of processors, as in 1.5"),
        Docker("dns", "dns", SettingKind.List, "name servers"),
        Docker("dns-search", "dns_search", SettingKind.List, "domains to search"),
        Docker("privileged", "privileged", SettingKind.Flag, "privileged containers, as Docker in Docker needs"),
        Docker(
            "disable-entrypoint-overwrite",
            "disable_entrypoint_overwrite",
            SettingKind.Flag,
            "jobs cannot replace an image's entrypoint"
        ),
        Docker("user", "user", SettingKind.Text, "user in job containers"),
        Docker("userns", "userns_mode", SettingKind.Text, "user namespace", "DOCKER_USERNS_MODE"),
        Docker("cap-add", "cap_add", SettingKind.List, "capabilities to add"),
        Docker("cap-drop", "cap_drop", SettingKind.List, "capabilities to drop"),
        Docker("security-opt", "security_opt", SettingKind.List, "security options"),
        Docker("devices", "devices", SettingKind.List, "devices of the host"),
        Docker("gpus", "gpus", SettingKind.Text, "GPUs, as in all"),
        Docker("disable-cache", "disable_cache", SettingKind.Flag, "no volume outlives its job"),
        Docker("volumes", "volumes", SettingKind.List, "volumes and bind mounts, as in /certs/client"),
        Docker("cache-dir", "cache_dir", SettingKind.Text, "folder of the host for cache volumes"),
        Docker("extra-hosts", "extra_hosts", SettingKind.List, "host names, as in server:10.0.0.1"),
        Docker("volumes-from", "volumes_from", SettingKind.List, "containers whose volumes jobs get"),
        Docker("network-mode", "network_mode", SettingKind.Text, "network of job containers"),
        Docker("network-mtu", "network_mtu", SettingKind.Number, "packet size of networks made for jobs"),
        Docker("links", "links", SettingKind.List, "containers to link"),
        Docker("wait-for-services-timeout", "wait_for_services_timeout", SettingKind.Number, "seconds; -1 = do not wait"),
        Docker("allowed-images", "allowed_images", SettingKind.List, "patterns of images that jobs may use"),
        Docker("allowed-pull-policies", "allowed_pull_policies", SettingKind.List, "pull policies that jobs may ask for"),
        Docker("allowed-services", "allowed_services", SettingKind.List, "patterns of images that services may use"),
        Docker("pull-policy", "pull_policy", SettingKind.List, "always, if-not-present or never"),
        Docker("shm-size", "shm_size", SettingKind.Number, "bytes of /dev/shm"),
        Docker("helper-image", "helper_image", SettingKind.Text, "read, and of no use here"),
    ];

    private static IEnumerable<Setting> Plain() =>
        [
            new("executor", "RUNNER_EXECUTOR", "executor", SettingKind.Text, "shell or docker"),
            new("limit", "RUNNER_LIMIT", "limit", SettingKind.Number, "jobs at once, 0 = as many as the process runs"),
            new("output-limit", "RUNNER_OUTPUT_LIMIT", "output_limit", SettingKind.Number, "size of a log in KiB"),
            new(
                "request-concurrency",
                "RUNNER_REQUEST_CONCURRENCY",
                "request_concurrency",
                SettingKind.Number,
                "questions for jobs at once"
            ),
            new("tls-ca-file", "CI_SERVER_TLS_CA_FILE", "tls-ca-file", SettingKind.Text, "certificates to trust, PEM"),
            new("tls-cert-file", "CI_SERVER_TLS_CERT_FILE", "tls-cert-file", SettingKind.Text, "our own certificate, PEM"),
            new("tls-key-file", "CI_SERVER_TLS_KEY_FILE", "tls-key-file", SettingKind.Text, "its key, PEM"),
            new("builds-dir", "RUNNER_BUILDS_DIR", "builds_dir", SettingKind.Text, "where jobs' folders lie"),
            new("cache-dir", "RUNNER_CACHE_DIR", "cache_dir", SettingKind.Text, "where caches lie"),
            new("clone-url", "CLONE_URL", "clone_url", SettingKind.Text, "the server's address for git, when it is another"),
            new("env", "RUNNER_ENV", "environment", SettingKind.List, "KEY=VALUE for all jobs"),
            new(
                "pre-get-sources-script",
                "RUNNER_PRE_GET_SOURCES_SCRIPT",
                "pre_get_sources_script",
                SettingKind.Text,
                "runs before the sources come"
            ),
            new("post-get-sources-script", "RUNNER_POST_GET_SOURCES_SCRIPT", "post_get_sources_script", SettingKind.Text, "… after"),
            new("pre-build-script", "RUNNER_PRE_BUILD_SCRIPT", "pre_build_script", SettingKind.Text, "runs before each job's script"),
            new("post-build-script", "RUNNER_POST_BUILD_SCRIPT", "post_build_script", SettingKind.Text, "… after"),
            new(
                "debug-trace-disabled",
                "RUNNER_DEBUG_TRACE_DISABLED",
                "debug_trace_disabled",
                SettingKind.Flag,
                "jobs cannot use CI_DEBUG_TRACE"
            ),
            new("shell", "RUNNER_SHELL", "shell", SettingKind.Text, "bash or sh"),
            new(
                "custom_build_dir-enabled",
                "CUSTOM_BUILD_DIR_ENABLED",
                "custom_build_dir.enabled",
                SettingKind.Flag,
                "jobs may choose GIT_CLONE_PATH"
            ),
            new("cache-type", "CACHE_TYPE", "cache.Type", SettingKind.Text, "read, and of no use yet: caches stay on this machine"),
            new("cache-path", "CACHE_PATH", "cache.Path", SettingKind.Text, "… its prefix"),
            new("cache-shared", "CACHE_SHARED", "cache.Shared", SettingKind.Flag, "… shared between runners"),
        ];

    private static Setting Docker(string option, string key, SettingKind kind, string does, string? variable = null) =>
        new("docker-" + option, variable ?? "DOCKER_" + option.Replace('-', '_').ToUpperInvariant(), "docker." + key, kind, does);
}
