using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Jobs;
using Slipway.Runner.Tests.Git;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>A server's job in a container: git runs outside, its files and its login are inside (docs/adr/0008).</summary>
[Collection(EngineTests.Name)]
public sealed class ServerSourcesTests(TestEngine engine) : IDisposable
{
    private readonly GitWorld _world = new();
    private readonly StringBuilder _log = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task The_commit_is_in_the_container_and_its_git_can_fetch_more()
    {
        await engine.NeedAsync("docker:27-cli");
        using var host = new GitHost(_world.Folder["host"]);
        var project = _world.Create("g/p");
        var inner = _world.Create("g/inner");
        GitWorld.Git(project.Work, "push", "--quiet", "origin", "HEAD:refs/heads/other");
        project.AddSubmodule("sub", "../inner.git", inner.Head, inner.Bare);

        var first = await RunAsync(
            host,
            project,
            "echo x > made; git log --oneline | wc -l; git fetch -q origin other && git rev-parse FETCH_HEAD; cat sub/README.md"
        );
        Assert.True(first.Outcome == JobOutcome.Success, _log.ToString());
        Assert.Contains($"\n2\n{GitWorld.Git(project.Work, "rev-parse", "HEAD~1")}\nhello\n", _log.ToString());

        project.Commit("later", "new\n");
        var second = await RunAsync(host, project, "ls; git status --short; pwd");
        Assert.True(second.Outcome == JobOutcome.Success, _log.ToString());
        Assert.Contains("\nREADME.md\nlater\nsub\n/builds/g/p\n", _log.ToString());
        Assert.DoesNotContain("64_jobtoken", _log.ToString());
    }

    private async Task<JobResult> RunAsync(GitHost host, GitRepository project, string script)
    {
        var payload = new JobPayload
        {
            Id = 1,
            Token = "glcbt-64_jobtoken",
            AllowGitFetch = true,
            JobInfo = new JobInfo
            {
                Name = "test",
                Stage = "test",
                ProjectFullPath = "g/p",
                ProjectId = Random.Shared.Next(100_000, int.MaxValue),
            },
            GitInfo = new GitInfo
            {
                RepoUrl = host.UrlWithLogin + "/g/p.git",
                Ref = "main",
                Sha = project.Head,
                Depth = 20,
                Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
            },
            RunnerInfo = new RunnerInfo { Timeout = 120 },
            Variables = [new Variable("GIT_SUBMODULE_STRATEGY", "normal")],
            Image = new JobImage { Name = "docker:27-cli" },
            Steps = [new JobStep { Name = "script", Script = [script] }],
        };
        var channel = new JobChannel
        {
            WriteTrace = (bytes, _) =>
            {
                _log.Append(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            },
            FetchArtifacts = (_, _) => Task.FromResult<Stream?>(null),
            SendArtifact = (_, _, _, _) => Task.CompletedTask,
        };
        // The git server is on the loopback.
        var runner = new RunnerConfig
        {
            Docker = new DockerConfig { PullPolicy = ["never"], NetworkMode = "host" },
        };
        return await new JobRun(payload, runner, engine.Executors.Kind, channel, TimeProvider.System)
        {
            Host = new JobHost { WorkDir = _world.Folder.Path },
        }.RunAsync(JobCancellation.None);
    }
}
