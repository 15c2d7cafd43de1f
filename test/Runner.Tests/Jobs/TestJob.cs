using System.Text;
using System.Text.RegularExpressions;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Shell;
using Slipway.Runner.Jobs;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Tests.Jobs;

/// <summary>One job run whole: a payload to fill in, and afterwards its log, its uploads and its result.</summary>
internal sealed partial class TestJob : IDisposable
{
    private readonly List<byte> _log = [];

    public TemporaryFolder Folder { get; } = new();
    public RunnerConfig Runner { get; set; } =
        new()
        {
            Name = "test",
            Token = "glrt-0123456789abc",
            Executor = "shell",
        };
    public Dictionary<string, byte[]> Uploads { get; } = [];
    public Dictionary<long, byte[]> Downloads { get; } = [];
    public SourceTree? Sources { get; set; }
    public string CorrelationId { get; set; } = "";
    public TimeProvider Time { get; set; } = TimeProvider.System;
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Called once, when the log holds the text for the first time.</summary>
    public (string Text, Action Then)? OnLog { get; set; }

    /// <summary><see langword="null"/> = the shell.</summary>
    public ExecutorKind? Executor { get; set; }

    public JobPayload Payload { get; set; } =
        new()
        {
            Id = 42,
            Token = "glcbt-64_jobtoken",
            JobInfo = new JobInfo
            {
                Name = "test",
                Stage = "test",
                ProjectId = 3,
                ProjectFullPath = "g/p",
            },
            GitInfo = new GitInfo
            {
                RepoUrl = "",
                Ref = "main",
                Sha = "0123456789abcdef0123456789abcdef01234567",
            },
            RunnerInfo = new RunnerInfo { Timeout = 60 },
            Variables = [new("GIT_STRATEGY", "none")],
        };

    public string ProjectDir => Folder["work/builds/012345678/0/g/p"];
    public string RawLog => Encoding.UTF8.GetString(_log.ToArray());

    /// <summary>The log as a person sees it: no colours, no section marks.</summary>
    public string Log => Codes().Replace(Marks().Replace(RawLog, ""), "");

    public TestJob Script(params string[] lines) => Step("script", lines);

    public TestJob AfterScript(params string[] lines) => Step("after_script", lines);

    public TestJob Variables(params Variable[] variables)
    {
        Payload = Payload with { Variables = [.. Payload.Variables, .. variables] };
        return this;
    }

    public async Task<JobResult> RunAsync(JobCancellation cancellation = default)
    {
        Directory.CreateDirectory(Folder["work"]);
        var channel = new JobChannel
        {
            WriteTrace = WriteTrace,
            FetchArtifacts = (d, _) => Task.FromResult<Stream?>(Downloads.TryGetValue(d.Id, out var zip) ? new MemoryStream(zip) : null),
            SendArtifact = async (artifact, name, content, ct) =>
            {
                using var copy = new MemoryStream();
                await content.CopyToAsync(copy, ct);
                Uploads[$"{artifact.ArtifactType}:{name}"] = copy.ToArray();
            },
            Sources = Sources,
            CorrelationId = CorrelationId,
        };
        var run = new JobRun(Payload, Runner, Executor ?? ShellExecutor.Kind(Folder["work"]), channel, Time)
        {
            Host = new JobHost
            {
                WorkDir = Folder["work"],
                Grace = Grace,
                Name = "here",
            },
        };
        return await run.RunAsync(cancellation);
    }

    public void Dispose() => Folder.Dispose();

    private TestJob Step(string name, string[] lines)
    {
        Payload = Payload with { Steps = [.. Payload.Steps, new JobStep { Name = name, Script = [.. lines] }] };
        return this;
    }

    private ValueTask WriteTrace(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        _log.AddRange(bytes.Span);
        if (OnLog is var (text, then) && RawLog.Contains(text))
        {
            OnLog = null;
            then();
        }

        return default;
    }

    [GeneratedRegex("\e\\[[0-9;]*[A-Za-z]")]
    private static partial Regex Codes();

    [GeneratedRegex("section_(?:start|end):[^\r]*\r")]
    private static partial Regex Marks();
}
