using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Masking;
using Slipway.Runner.Traces;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>One job on the real engine: prepared, run, and cleared up when disposed.</summary>
internal sealed class TestJob : IAsyncDisposable
{
    private static int _lastSlot;
    private readonly StringBuilder _log = new();
    private readonly JobTrace _trace;
    private bool _disposed;

    public TestJob(DockerExecutors executors, string image, Func<Setup, Setup>? change = null)
    {
        var setup = new Setup { Image = new JobImage { Name = image } };
        setup = change?.Invoke(setup) ?? setup;
        _trace = new JobTrace(
            MaskSet.Of([], []),
            new JobTraceOptions(1 << 20, Sections: false, Timestamps: false),
            (bytes, _) =>
            {
                lock (_log)
                    _log.Append(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            },
            TimeProvider.System
        );
        var paths = JobPaths.Lay("/builds", "group/project", null);
        var payload = new JobPayload
        {
            Id = 1,
            Token = "token",
            JobInfo = new JobInfo
            {
                Name = "test",
                Stage = "test",
                ProjectFullPath = "group/project",
            },
            GitInfo = new GitInfo
            {
                RepoUrl = "",
                Ref = "main",
                Sha = new string('0', 40),
            },
            RunnerInfo = new RunnerInfo { Timeout = 60 },
            Variables = [.. setup.Variables],
        };
        Environment = new JobEnvironment
        {
            Payload = payload,
            Runner = new RunnerConfig { Docker = setup.Config },
            // Slots of their own keep the tests' kept volumes apart.
            Host = new JobHost
            {
                ConcurrentProjectId = setup.Slot ?? 1000 + Interlocked.Increment(ref _lastSlot),
                Grace = setup.Grace,
                Registry = setup.Registry,
            },
            Variables = new JobVariables(setup.Variables, paths.TemporaryDir),
            Paths = paths,
            Image = setup.Image,
            Services = [.. setup.Services],
            Trace = _trace,
            Time = TimeProvider.System,
            Abort = setup.Abort,
        };
        Executor = executors.Kind.Create(Environment);
    }

    public JobEnvironment Environment { get; }

    public IExecutor Executor { get; }

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Prepares and runs one script, in the project's folder, stopping at the first failure.</summary>
    public async Task<int> RunAsync(string script, CancellationToken ct = default)
    {
        await Executor.PrepareAsync(ct);
        return await StageAsync(script, ct);
    }

    public async Task<int> StageAsync(string script, CancellationToken ct = default)
    {
        var exit = await Executor.RunAsync(new StageScript("step_script", $"set -e\ncd {Executor.ProjectDir}\n{script}\nexit 0\n"), ct);
        await _trace.FlushAsync();
        return exit;
    }

    /// <summary>Waits for a word of the script's.</summary>
    public async Task UntilLogAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Log.Contains(text))
        {
            await Task.Delay(20, limit.Token);
            await _trace.FlushAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Executor.DisposeAsync();
        if (_disposed)
            return;
        _disposed = true;
        await _trace.DisposeAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(Log);
    }

    internal sealed record Setup
    {
        public JobImage? Image { get; init; }
        public IReadOnlyList<JobImage> Services { get; init; } = [];
        public IReadOnlyList<Variable> Variables { get; init; } = [];
        public DockerConfig Config { get; init; } = new() { PullPolicy = ["never"] };
        public CancellationToken Abort { get; init; }
        public int? Slot { get; init; }
        public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);
        public OwnRegistry? Registry { get; init; }
    }
}
