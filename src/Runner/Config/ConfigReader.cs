using System.Collections.Immutable;

namespace Slipway.Runner.Config;

/// <summary>
/// Reads a <c>config.toml</c> as gitlab-runner writes and documents it (docs.gitlab.com/runner/configuration/advanced-configuration; runner-protocol §15).
/// <c>url</c> and <c>token</c> may name environment variables.
/// </summary>
public static class ConfigReader
{
    /// <param name="environment">Gives the value of an environment variable.</param>
    public static ConfigReading Read(string text, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(environment);
        var problems = new List<ConfigProblem>();
        ConfigFile? file = null;
        try
        {
            file = File(new ConfigTable(TomlReader.Read(text), "", problems), environment);
        }
        catch (TomlSyntaxException e)
        {
            problems.Add(new ConfigProblem(true, e.Message, e.Line, e.Column));
        }
        return new ConfigReading(problems.Exists(p => p.IsError) ? null : file, [.. problems]);
    }

    private static ConfigFile File(ConfigTable top, Func<string, string?> environment)
    {
        var file = new ConfigFile
        {
            Concurrent = Math.Max(1, top.Count("concurrent", 1)),
            CheckInterval = top.Seconds("check_interval", TimeSpan.FromSeconds(3)),
            LogLevel = top.Text("log_level", "info"),
            LogFormat = top.Text("log_format", "runner"),
            ShutdownTimeout = top.Seconds("shutdown_timeout", TimeSpan.FromSeconds(30)),
            ListenAddress = top.Text("listen_address"),
            ConnectionMaxAge = top.Duration("connection_max_age") ?? TimeSpan.FromMinutes(15),
            User = top.Text("user"),
            Labels = top.Map("labels"),
            SessionServer = Session(top.Table("session_server")),
            Runners = [.. top.Tables("runners").Select(entry => Runner(entry, environment))],
        };
        top.Accept("sentry_dsn", "experimental", "machine");
        top.Close();
        return file;
    }

    private static SessionServerConfig Session(ConfigTable table)
    {
        var session = new SessionServerConfig(
            table.Text("listen_address"),
            table.Text("advertise_address"),
            table.NumberOrNull("session_timeout") is { } seconds ? TimeSpan.FromSeconds(seconds) : null
        );
        table.Close();
        return session;
    }

    private static RunnerConfig Runner(ConfigTable table, Func<string, string?> environment)
    {
        var runner = new RunnerConfig
        {
            Name = table.Text("name", ""),
            Url = Expand(table.Text("url", ""), environment),
            Token = Expand(table.Text("token", ""), environment),
            Id = table.Number("id"),
            TokenObtainedAt = Known(table.Instant("token_obtained_at")),
            TokenExpiresAt = Known(table.Instant("token_expires_at")),
            TlsCaFile = table.Text("tls-ca-file"),
            TlsCertFile = table.Text("tls-cert-file"),
            TlsKeyFile = table.Text("tls-key-file"),
            Executor = table.Text("executor", ""),
            Limit = table.Count("limit"),
            RequestConcurrency = Math.Max(1, table.Count("request_concurrency", 1)),
            StrictCheckInterval = table.Flag("strict_check_interval") ?? false,
            OutputLimit = table.Count("output_limit") is > 0 and var limit ? limit : 4096,
            BuildsDir = table.Text("builds_dir"),
            CacheDir = table.Text("cache_dir"),
            CloneUrl = table.Text("clone_url"),
            Environment = table.Texts("environment"),
            Shell = table.Text("shell", "bash"),
            PreGetSourcesScript = table.Text("pre_get_sources_script"),
            PostGetSourcesScript = table.Text("post_get_sources_script"),
            PreBuildScript = table.Text("pre_build_script"),
            PostBuildScript = table.Text("post_build_script"),
            CustomBuildDir = CustomBuildDir(table.TableOrNull("custom_build_dir")),
            FeatureFlags = Flags(table.TableOrNull("feature_flags")),
            UnhealthyRequestsLimit = table.Count("unhealthy_requests_limit", 3),
            UnhealthyInterval = table.Duration("unhealthy_interval") ?? TimeSpan.FromMinutes(60),
            JobStatusFinalUpdateRetryLimit = table.Count("job_status_final_update_retry_limit") is > 0 and var tries ? tries : null,
            DebugTraceDisabled = table.Flag("debug_trace_disabled") ?? false,
            SafeDirectoryCheckout = table.Flag("safe_directory_checkout"),
            CleanGitConfig = table.Flag("clean_git_config"),
            PrepareTimeout = table.Duration("prepare_timeout"),
            GetSourcesTimeout = table.Duration("get_sources_timeout"),
            Labels = table.Map("labels"),
            Cache = Cache(table.Table("cache")),
            Docker = DockerConfigReader.Read(table.Table("docker")),
        };
        table.Accept("artifact", "custom", "kubernetes", "ssh", "machine", "autoscaler", "instance", "virtualbox", "parallels", "referees");
        table.Accept("monitoring", "experimental", "proxy_exec", "step_runner_image", "use_slot_cgroups", "slot_cgroup_template");
        table.Close();
        return runner;
    }

    /// <summary>gitlab-runner writes the year 1 for "never".</summary>
    private static DateTimeOffset? Known(DateTimeOffset? at) => at is { Year: > 1 } ? at : null;

    private static bool? CustomBuildDir(ConfigTable? table)
    {
        var enabled = table?.Flag("enabled");
        table?.Close();
        return enabled;
    }

    private static ImmutableDictionary<string, bool> Flags(ConfigTable? table) =>
        table is null
            ? ImmutableDictionary<string, bool>.Empty
            : table
                .All()
                .Where(pair => pair.Value is bool)
                .ToImmutableDictionary(pair => pair.Key, pair => (bool)pair.Value, StringComparer.Ordinal);

    private static CacheConfig Cache(ConfigTable table)
    {
        var cache = new CacheConfig
        {
            Type = table.Text("Type", ""),
            Path = table.Text("Path", ""),
            Shared = table.Flag("Shared") ?? false,
            MaxUploadedArchiveSize = table.Number("MaxUploadedArchiveSize"),
            S3 = table.TableOrNull("s3") is { } s3 ? S3(s3) : null,
        };
        // "Insecure" stood here before [runners.cache.s3] did, and old files still carry it.
        table.Accept("gcs", "azure", "Insecure");
        table.Close();
        return cache;
    }

    private static S3CacheConfig S3(ConfigTable table)
    {
        var s3 = new S3CacheConfig
        {
            ServerAddress = table.Text("ServerAddress", "s3.amazonaws.com"),
            AccessKey = table.Text("AccessKey"),
            SecretKey = table.Text("SecretKey"),
            SessionToken = table.Text("SessionToken"),
            BucketName = table.Text("BucketName", ""),
            BucketLocation = table.Text("BucketLocation"),
            Insecure = table.Flag("Insecure") ?? false,
            PathStyle = table.Flag("PathStyle"),
            AuthenticationType = table.Text("AuthenticationType"),
            ServerSideEncryption = table.Text("ServerSideEncryption"),
            ServerSideEncryptionKeyId = table.Text("ServerSideEncryptionKeyID"),
        };
        table.Accept("DualStack", "Accelerate", "RoleARN", "UploadRoleARN", "AssumeRoleMaxConcurrency");
        table.Close();
        return s3;
    }

    private static string Expand(string text, Func<string, string?> environment)
    {
        if (!text.Contains('$'))
            return text;
        var name =
            text.StartsWith("${", StringComparison.Ordinal) && text.EndsWith('}') ? text[2..^1]
            : text.StartsWith('$') ? text[1..]
            : null;
        return name is null ? text : environment(name) ?? "";
    }
}
