using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Slipway.Cli.Terminal;
using Slipway.Runner.Config;
using Slipway.Server;
using Slipway.Server.Jobs;
using Slipway.Server.Registry;

namespace Slipway.Cli.Commands.Serving;

internal sealed record ServeOptions
{
    public required string DataFolder { get; init; }
    public required IPEndPoint Listen { get; init; }
    public Uri? ExternalUrl { get; init; }
    public IReadOnlyList<string> AllowedOutbound { get; init; } = [];
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
    public int DownstreamTriggerLimit { get; init; }
    public string? Database { get; init; }
    public string? Blobs { get; init; }
    public RegistryOptions Registry { get; init; } = new();

    /// <summary><c>auto</c>, <c>docker</c>, <c>shell</c> or <c>off</c>.</summary>
    public required string Runner { get; init; }

    public JobOptions Jobs { get; init; } = new();

    public bool IsDemo { get; init; }
    public bool LogsJson { get; init; }
}

/// <summary><c>slipway serve</c> from its start to its end: the server, its runner, and the demonstration when one is wanted.</summary>
internal static class Serve
{
    /// <returns>The exit code: a server that is asked to end has done its work.</returns>
    public static async Task<int> RunAsync(ServeOptions options, Surroundings surroundings)
    {
        using var signals = new EndSignals();
        var started = surroundings.Time.GetTimestamp();
        await using var server = await StartAsync(options, surroundings);
        Greet(server, options, surroundings, surroundings.Time.GetElapsedTime(started));
        if (!options.IsDemo && !await server.HasUsersAsync(CancellationToken.None))
            surroundings.Say($"  set up   {server.Url}/setup with the code {server.SetUpCode}");
        var runner = RunnerAsync(server, options, surroundings, signals);
        var demo = options.IsDemo ? Demo.RunAsync(server, options, surroundings, signals.Drain) : Task.CompletedTask;
        var pages = ProgramPages.KeepFewAsync(surroundings.Time, signals.Drain);
        var first = await Task.WhenAny(server.Ended, signals.Asked);
        if (first == server.Ended && server.Ended.IsFaulted)
        {
            surroundings.SayError(
                server.Ended.Exception!.InnerException!.Message,
                "the server ends, because it could no longer keep what it promises"
            );
            return ExitCode.Failed;
        }

        server.BeginEnd();
        surroundings.Say("ending: no new jobs; those under way may end (once more to end at once)");
        await Task.WhenAll(Quietly(runner), Quietly(demo), Quietly(pages));
        return ExitCode.Ok;
    }

    private static async Task<SlipwayServer> StartAsync(ServeOptions options, Surroundings surroundings)
    {
        var server = new ServerOptions
        {
            DataFolder = options.DataFolder,
            Listen = options.Listen,
            ExternalUrl = options.ExternalUrl,
            AllowedOutbound = options.AllowedOutbound,
            TrustedProxies = options.TrustedProxies,
            DownstreamTriggerLimit = options.DownstreamTriggerLimit,
            Database = options.Database,
            Blobs = options.Blobs,
            BlobsAccessKey = surroundings.Variable(ServerData.AccessKeyVariable),
            BlobsSecretKey = surroundings.Variable(ServerData.SecretKeyVariable),
            TracesTo = Collector(surroundings),
            Jobs = options.Jobs,
            Registry = options.Registry,
        };
        try
        {
            return await SlipwayServer.StartAsync(server, surroundings.Time, log => Logging(log, options.LogsJson), CancellationToken.None);
        }
        catch (IOException e)
            when (e.InnerException is System.Net.Sockets.SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"cannot listen on {options.Listen}: {e.Message}",
                "--listen with another port, or 0 for any that is free"
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ServerStartException)
        {
            throw new CommandException(ExitCode.Failed, e.Message, "--data says where the server keeps what it has");
        }
    }

    /// <summary>OpenTelemetry's own name for it, which all its programs know.</summary>
    private static Uri? Collector(Surroundings surroundings)
    {
        const string variable = "OTEL_EXPORTER_OTLP_ENDPOINT";
        if (surroundings.Variable(variable) is not { Length: > 0 } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new CommandException(ExitCode.Usage, $"{variable} is no address", "as in http://127.0.0.1:4318");
    }

    private static void Logging(ILoggingBuilder log, bool json)
    {
        log.SetMinimumLevel(LogLevel.Warning).AddFilter("Slipway", LogLevel.Information);
        if (json)
            log.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else
            log.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "));
        // Standard output is for data.
        log.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void Greet(SlipwayServer server, ServeOptions options, Surroundings surroundings, TimeSpan took)
    {
        var palette = surroundings.ErrorPalette();
        surroundings.Say($"{palette.Good("Slipway")} listens on {server.Url} ({took.TotalSeconds:0.0} s)");
        surroundings.Say($"  data     {options.DataFolder}");
        surroundings.Say($"  database {server.Database}");
        if (options.Registry.MirrorListen is { } mirror)
            surroundings.Say($"  mirror   http://{mirror}: images of other registries, for everybody who reaches it");
    }

    private static async Task RunnerAsync(SlipwayServer server, ServeOptions options, Surroundings surroundings, EndSignals signals)
    {
        var (executor, why) = await BuiltInRunner.ChooseAsync(
            options.Runner,
            options.Listen,
            options.IsDemo,
            () => ContainerEngine.AnswersAsync(signals.Drain)
        );
        surroundings.Say($"  runner   {executor ?? "off"}: {why}");
        if (executor is null)
            return;
        var folder = Path.Combine(options.DataFolder, "runner");
        Directory.CreateDirectory(folder);
        await BuiltInRunner.RunAsync(server, executor, folder, surroundings, signals.Drain, signals.Abort);
    }

    /// <summary>What is told to end may say so.</summary>
    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException) { }
    }

    /// <summary>Ctrl-C and SIGTERM: the first lets jobs end, the second does not.</summary>
    private sealed class EndSignals : IDisposable
    {
        private readonly CancellationTokenSource _drain = new();
        private readonly CancellationTokenSource _abort = new();
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<PosixSignalRegistration> _registrations = [];

        public EndSignals()
        {
            foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
                _registrations.Add(PosixSignalRegistration.Create(signal, Take));
        }

        public CancellationToken Drain => _drain.Token;
        public CancellationToken Abort => _abort.Token;
        public Task Asked => _asked.Task;

        public void Dispose()
        {
            foreach (var registration in _registrations)
                registration.Dispose();
            _drain.Dispose();
            _abort.Dispose();
        }

        private void Take(PosixSignalContext context)
        {
            if (_abort.IsCancellationRequested)
                return;
            context.Cancel = true;
            if (_asked.TrySetResult())
                _drain.Cancel();
            else
                _abort.Cancel();
        }
    }
}
