using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Commands.Serving;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var wanted = new Wanted();
        var verb = new Verb(
            "serve",
            "The server: Git over HTTP, pipelines, runners and GitLab's API in one process",
            ("serve --demo", "a sample project is pushed, and its pipeline runs"),
            ("serve", "for this machine alone"),
            ("serve --listen :8080 --external-url https://ci.example.com --data /var/lib/slipway", "for a team, behind a proxy"),
            ("serve --database postgres://slipway@db/slipway", "with PostgreSQL")
        )
        {
            wanted.Data,
            wanted.Listen,
            wanted.ExternalUrl,
            wanted.Database,
            wanted.TrustedProxy,
            wanted.AllowOutbound,
            wanted.Blobs,
            wanted.RegistryQuota,
            wanted.RegistryGrace,
            wanted.RegistryRedirect,
            wanted.RegistryUpstream,
            wanted.RegistryMirrorListen,
            wanted.RegistryProxyQuota,
            wanted.Runner,
            wanted.RunnerSilence,
            wanted.DownstreamTriggerLimit,
            wanted.Demo,
            wanted.Json,
        };
        wanted.Runner.AcceptOnlyFromAmong("auto", "docker", "shell", "off");
        verb.SetAction(parsed => Serve.RunAsync(wanted.Read(parsed, surroundings), surroundings).GetAwaiter().GetResult());
        return verb;
    }

    private static Uri? UrlOf(string? text)
    {
        if (text is null)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new CommandException(ExitCode.Usage, $"--external-url wants an http or https address, and \"{text}\" is not that");
    }

    private static int LimitOf(string? text) =>
        text is null ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit
        : throw new CommandException(ExitCode.Usage, $"--downstream-trigger-limit wants a number, and \"{text}\" is none");

    private sealed class Wanted
    {
        public Option<string?> Data { get; } =
            new("--data")
            {
                Description = "everything it keeps; made when it is not there [$SLIPWAY_DATA, else ~/.local/share/slipway]",
                HelpName = "DIR",
            };

        public Option<string> Listen { get; } =
            new("--listen")
            {
                Description = "address and port; :8080 is every address of this machine [127.0.0.1:8080]",
                HelpName = "ADDRESS",
                DefaultValueFactory = _ => "127.0.0.1:8080",
            };

        public Option<string?> ExternalUrl { get; } =
            new("--external-url") { Description = "what users and runners call it, when that is not where it listens", HelpName = "URL" };

        public Option<string?> Database { get; } =
            new("--database")
            {
                Description = "postgres://user@host/name, or a SQLite file [$SLIPWAY_DATABASE, else slipway.db in the data folder]",
                HelpName = "ADDRESS",
            };

        public Option<string?> Blobs { get; } =
            new("--blobs")
            {
                Description = "s3://BUCKET/PREFIX?endpoint=URL for artifacts and logs [$SLIPWAY_BLOBS, else blobs/ in the data folder]",
                HelpName = "ADDRESS",
            };

        public Option<string?> RegistryQuota { get; } =
            new("--registry-quota")
            {
                Description = "what the images of a project may take, 20g; a project may have a quota of its own [no bound]",
                HelpName = "SIZE",
            };

        public Option<string?> RegistryGrace { get; } =
            new("--registry-grace")
            {
                Description = "how long images without a tag and layers without an image are kept [1 day]",
                HelpName = "TIME",
            };

        public Option<bool> RegistryRedirect { get; } =
            new("--registry-redirect")
            {
                Description = "with --blobs s3://…: who pulls a layer is sent to the bucket for it, which all who pull must reach",
            };

        public Option<string[]> RegistryUpstream { get; } =
            new("--registry-upstream")
            {
                Description =
                    "where the dependency proxy fetches images; NAME=URL for a registry besides Docker Hub; repeatable [https://registry-1.docker.io]",
                HelpName = "URL",
                DefaultValueFactory = _ => [],
            };

        public Option<string?> RegistryProxyQuota { get; } =
            new("--registry-proxy-quota")
            {
                Description = "what the images of other registries may take; those leave first that nobody has pulled for longest [20g]",
                HelpName = "SIZE",
            };

        public Option<string?> RegistryMirrorListen { get; } =
            new("--registry-mirror-listen")
            {
                Description =
                    "address and port for Docker's registry-mirrors: images of other registries, for everybody who reaches it [none]",
                HelpName = "ADDRESS",
            };

        public Option<string[]> TrustedProxy { get; } =
            new("--trusted-proxy")
            {
                Description =
                    "address or network of a proxy whose X-Forwarded-For and X-Forwarded-Proto say who asks; repeatable [nobody is believed]",
                HelpName = "CIDR",
                DefaultValueFactory = _ => [],
            };

        public Option<string[]> AllowOutbound { get; } =
            new("--allow-outbound")
            {
                Description = "a host, address or network that is not public and that webhooks and includes may reach; repeatable",
                HelpName = "HOST",
                DefaultValueFactory = _ => [],
            };

        public Option<string> Runner { get; } =
            new("--runner")
            {
                Description = "the built-in runner: auto, docker, shell or off [auto]",
                HelpName = "KIND",
                DefaultValueFactory = _ => "auto",
            };

        public Option<string?> RunnerSilence { get; } =
            new("--runner-silence")
            {
                Description =
                    "after how long without a sign of life of its runner a job has failed; jobs of our own runner after 3 minutes [1 hour]",
                HelpName = "TIME",
            };

        public Option<string?> DownstreamTriggerLimit { get; } =
            new("--downstream-trigger-limit")
            {
                Description = "downstream pipelines that may be triggered in a minute for the same project, user and commit [any number]",
                HelpName = "NUMBER",
            };

        public Option<bool> Demo { get; } = new("--demo") { Description = "start with a user and a sample project, and push it" };
        public Option<bool> Json { get; } = new("--json") { Description = "the log as JSON, an object a line" };

        public ServeOptions Read(ParseResult parsed, Surroundings surroundings) =>
            new()
            {
                DataFolder = DataFolder.Of(parsed.GetValue(Data), surroundings),
                Listen = ListenAddress.Parse(parsed.GetValue(Listen)!),
                ExternalUrl = UrlOf(parsed.GetValue(ExternalUrl)),
                Database = parsed.GetValue(Database) ?? surroundings.Variable(ServerData.DatabaseVariable),
                Blobs = parsed.GetValue(Blobs) ?? surroundings.Variable(ServerData.BlobsVariable),
                Registry = RegistryLimits.Read(
                    parsed.GetValue(RegistryQuota),
                    parsed.GetValue(RegistryGrace),
                    parsed.GetValue(RegistryRedirect),
                    parsed.GetValue(RegistryProxyQuota)
                ) with
                {
                    Upstreams = UpstreamList.Read(
                        parsed.GetValue(RegistryUpstream) ?? [],
                        surroundings.Variable(UpstreamList.UserVariable),
                        surroundings.Variable(UpstreamList.PasswordVariable)
                    ),
                    MirrorListen = parsed.GetValue(RegistryMirrorListen) is { } mirror
                        ? ListenAddress.Parse(mirror, "--registry-mirror-listen")
                        : null,
                },
                TrustedProxies = ProxyList.Read(parsed.GetValue(TrustedProxy) ?? []),
                AllowedOutbound = parsed.GetValue(AllowOutbound) ?? [],
                Runner = parsed.GetValue(Runner)!,
                DownstreamTriggerLimit = LimitOf(parsed.GetValue(DownstreamTriggerLimit)),
                Jobs = JobLimits.Read(parsed.GetValue(RunnerSilence)),
                IsDemo = parsed.GetValue(Demo),
                LogsJson = parsed.GetValue(Json),
            };
    }
}
