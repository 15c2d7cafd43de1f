using System.IO.Compression;
using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Jobs;
using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>Whole jobs, from payload to result, in containers of the real engine.</summary>
[Collection(EngineTests.Name)]
public sealed class DockerJobTests(TestEngine engine) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringBuilder _log = new();
    private readonly Dictionary<string, byte[]> _uploads = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sources_artifacts_cache_and_variables_go_through_a_job()
    {
        await engine.NeedAsync("alpine");
        Directory.CreateDirectory($"{_folder}/src");
        File.WriteAllText($"{_folder}/src/a.txt", "source");
        var payload = Payload([
            "cat src/a.txt > out.txt",
            "cat early.txt >> out.txt",
            "mkdir -p cached",
            "echo kept > cached/f",
            "echo LATER=1 >> $GITLAB_ENV",
        ]) with
        {
            Cache = [new JobCache { Key = "k", Paths = ["cached/"] }],
            Artifacts = [new JobArtifact { Name = "result", Paths = ["out.txt", "**/*.none"] }],
            Dependencies = [new JobDependency(7, "earlier", "t", new ArtifactsFile("artifacts.zip", 1))],
        };
        var result = await RunAsync(
            payload with
            {
                Steps =
                [
                    .. payload.Steps,
                    new JobStep { Name = "after_script", Script = ["echo after $CI_JOB_STATUS $LATER; cat out.txt"] },
                ],
            }
        );
        Assert.True(result.Outcome == JobOutcome.Success, _log.ToString());
        Assert.Contains("after success 1\n", _log.ToString());
        using var zip = new ZipArchive(new MemoryStream(_uploads["archive"]));
        using var content = new StreamReader(Assert.Single(zip.Entries).Open());
        Assert.Equal("sourceearly", await content.ReadToEndAsync());

        var again = await RunAsync(Payload(["cat cached/f"]) with { Cache = payload.Cache });
        Assert.True(again.Outcome == JobOutcome.Success, _log.ToString());
        Assert.Contains("kept\n", _log.ToString());
    }

    [Fact]
    public async Task A_failing_script_fails_the_job_with_its_exit_code_after_after_script()
    {
        await engine.NeedAsync("alpine");
        var payload = Payload(["echo bad > report.xml", "exit 42", "echo never"]) with
        {
            Artifacts =
            [
                new JobArtifact
                {
                    Name = "junit.xml",
                    Paths = ["report.xml"],
                    When = "always",
                    ArtifactType = "junit",
                    ArtifactFormat = "gzip",
                },
            ],
        };
        var result = await RunAsync(
            payload with
            {
                Steps = [.. payload.Steps, new JobStep { Name = "after_script", Script = ["echo after $CI_JOB_STATUS"] }],
            }
        );
        Assert.Equal((JobOutcome.Failed, 42, FailureReason.Script), (result.Outcome, result.ExitCode, result.FailureReason));
        Assert.Contains("after failed\n", _log.ToString());
        Assert.DoesNotContain("\nnever\n", _log.ToString());
        Assert.Contains("junit", _uploads.Keys);
    }

    [Fact]
    public async Task A_job_that_takes_too_long_is_ended_and_leaves_nothing()
    {
        await engine.NeedAsync("alpine");
        var payload = Payload(["sleep 1000"]);
        var result = await RunAsync(payload with { RunnerInfo = new RunnerInfo { Timeout = 3 } });
        Assert.Equal((JobOutcome.Failed, FailureReason.ExecutionTimeout), (result.Outcome, result.FailureReason));
        Assert.Empty(
            await engine.Client.ListContainersAsync([$"com.gitlab.gitlab-runner.project.id={payload.JobInfo.ProjectId}"], default)
        );
    }

    private JobPayload Payload(string[] script) =>
        new()
        {
            Id = 1,
            Token = "token",
            // A project of its own, to find its containers by.
            JobInfo = new JobInfo
            {
                Name = "test",
                Stage = "test",
                ProjectFullPath = "group/project",
                ProjectId = Random.Shared.Next(100_000, int.MaxValue),
            },
            GitInfo = new GitInfo
            {
                RepoUrl = "",
                Ref = "main",
                Sha = new string('0', 40),
            },
            RunnerInfo = new RunnerInfo { Timeout = 120 },
            Image = new JobImage { Name = "alpine" },
            Steps = [new JobStep { Name = "script", Script = [.. script] }],
        };

    private async Task<JobResult> RunAsync(JobPayload payload)
    {
        var sources = new SourceTree(_folder, [.. Directory.Exists($"{_folder}/src") ? ["src/a.txt"] : Array.Empty<string>()], null);
        var channel = new JobChannel
        {
            Sources = sources,
            WriteTrace = (bytes, _) =>
            {
                _log.Append(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            },
            FetchArtifacts = (_, _) => Task.FromResult<Stream?>(Zip("early.txt", "early")),
            SendArtifact = async (artifact, _, content, ct) =>
            {
                var bytes = new MemoryStream();
                await content.CopyToAsync(bytes, ct);
                _uploads[artifact.ArtifactType] = bytes.ToArray();
            },
        };
        var runner = new RunnerConfig { Docker = new DockerConfig { PullPolicy = ["never"] } };
        var host = new JobHost
        {
            WorkDir = _folder,
            ConcurrentProjectId = 1,
            Grace = TimeSpan.FromSeconds(2),
        };
        return await new JobRun(payload, runner, engine.Executors.Kind, channel, TimeProvider.System) { Host = host }.RunAsync(
            JobCancellation.None
        );
    }

    private static MemoryStream Zip(string name, string content)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = zip.CreateEntry(name).Open())
            entry.Write(Encoding.UTF8.GetBytes(content));
        bytes.Position = 0;
        return bytes;
    }
}
