using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Shell;
using Slipway.Runner.Jobs;
using Slipway.Runner.Tests.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Git;

/// <summary>Jobs whose sources git fetches (runner-protocol §13.5): real git, a real server, the shell's own folder.</summary>
public sealed class GitSourcesTests : IDisposable
{
    private readonly GitWorld _world = new();
    private readonly GitHost _host;
    private readonly GitRepository _project;
    private readonly TestJob _job = new();
    private JobResult? _result;

    public GitSourcesTests()
    {
        _project = _world.Create("g/p");
        _host = new GitHost(_world.Folder["host"]);
    }

    public void Dispose()
    {
        _job.Dispose();
        _host.Dispose();
        _world.Dispose();
    }

    private string GitFile(string name) => File.ReadAllText(Path.Combine(_job.ProjectDir, ".git", name));

    private async Task<string> RunAsync(string script, string? sha = null, int depth = 20, params Variable[] variables)
    {
        var before = _job.Log.Length;
        _job.Payload = _job.Payload with
        {
            AllowGitFetch = true,
            Steps = [],
            GitInfo = new GitInfo
            {
                RepoUrl = _host.UrlWithLogin + "/g/p.git",
                Ref = "main",
                Sha = sha ?? _project.Head,
                Depth = depth,
                Refspecs =
                    depth > 0
                        ? ["+refs/heads/main:refs/remotes/origin/main"]
                        : ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"],
            },
            Variables = [.. variables],
        };
        _result = await _job.Script(script).RunAsync();
        return _job.Log[before..];
    }

    private async Task<string> SucceedAsync(string script, string? sha = null, int depth = 20, params Variable[] variables)
    {
        var log = await RunAsync(script, sha, depth, variables);
        Assert.True(_result!.Outcome == JobOutcome.Success, log);
        return log;
    }

    [Fact]
    public async Task The_commit_is_fetched_shallow_and_checked_out_detached()
    {
        _project.Commit("a", "1\n");
        var log = await SucceedAsync("cat a; git log --oneline | wc -l; git status --short --branch", depth: 1);

        Assert.Contains("Fetching changes with git depth set to 1...\n", log);
        Assert.Contains("Created fresh repository.\n", log);
        Assert.Contains($"Checking out {_project.Head[..8]} as detached HEAD (ref is main)...\n", log);
        Assert.Contains("Skipping Git submodules setup\n", log);
        Assert.Contains("\n1\n1\n## HEAD (no branch)\n", log);
        Assert.All(_host.Fetches, f => Assert.StartsWith("gitlab-runner ", f.Agent));
    }

    [Fact]
    public async Task The_login_is_in_no_configuration_and_in_no_log_and_still_the_job_can_fetch()
    {
        GitWorld.Git(_project.Work, "push", "--quiet", "origin", "HEAD:refs/heads/other");
        var log = await SucceedAsync("git remote -v; git fetch origin other; git rev-parse FETCH_HEAD");

        Assert.Contains(_project.Head, log);
        Assert.DoesNotContain("64_jobtoken", GitFile("config"));
        Assert.DoesNotContain("64_jobtoken", log);
        Assert.False(Directory.Exists(_job.ProjectDir + ".tmp"));
    }

    [Fact]
    public async Task The_correlation_id_is_told_to_the_server_and_in_the_log()
    {
        _job.CorrelationId = "01CORRELATION";
        var log = await SucceedAsync("true");

        Assert.Contains("Gitaly correlation ID: 01CORRELATION\n", log);
        Assert.All(_host.Fetches, f => Assert.Equal("01CORRELATION", f.Correlation));
    }

    [Fact]
    public async Task A_second_job_fetches_what_is_new_after_a_force_push_and_cleans_what_the_first_left()
    {
        await SucceedAsync("echo x > made; echo x > kept; touch .git/index.lock .git/HEAD.lock .git/refs/remotes/origin/main.lock");
        GitWorld.Git(_project.Work, "commit", "--quiet", "--amend", "--message", "again");
        _project.Push();

        var log = await SucceedAsync("ls; git log -1 --format=%s", variables: new Variable("GIT_CLEAN_FLAGS", "-ffdx -e kept"));

        Assert.DoesNotContain("Created fresh repository", log);
        Assert.Contains("Removing made\n", log);
        Assert.Contains("\nREADME.md\nkept\nagain\n", log);
    }

    [Fact]
    public async Task A_clone_begins_with_nothing()
    {
        await SucceedAsync("echo x > made");
        var log = await SucceedAsync("ls -A", variables: [new Variable("GIT_STRATEGY", "clone"), new Variable("GIT_CLEAN_FLAGS", "none")]);

        Assert.Contains("Created fresh repository.\n", log);
        Assert.EndsWith("\n.git\nREADME.md\nJob succeeded\n", log);
    }

    [Fact]
    public async Task None_keeps_what_is_there_and_empty_has_a_folder_without_anything()
    {
        await SucceedAsync("echo x > made");
        var none = await SucceedAsync("ls", variables: new Variable("GIT_STRATEGY", "none"));
        Assert.Contains("Skipping Git repository setup\n", none);
        Assert.Contains("\nREADME.md\nmade\n", none);

        await SucceedAsync("touch left; git init -q", variables: new Variable("GIT_STRATEGY", "empty"));
        var empty = await SucceedAsync("pwd; ls -A", variables: new Variable("GIT_STRATEGY", "empty"));
        Assert.EndsWith("/g/p-empty\nJob succeeded\n", empty);
    }

    [Fact]
    public async Task Without_checkout_the_repository_alone_is_brought_up_to_date()
    {
        var log = await SucceedAsync("ls; git rev-parse origin/main", variables: new Variable("GIT_CHECKOUT", "false"));

        Assert.Contains("Skipping Git checkout\n", log);
        Assert.DoesNotContain("README.md", log);
        Assert.Contains(_project.Head, log);
    }

    [Fact]
    public async Task A_whole_history_is_fetched_after_a_shallow_one()
    {
        _project.Commit("a", "1\n");
        await SucceedAsync("true", depth: 1);
        var log = await SucceedAsync("git log --oneline | wc -l", depth: 0);

        Assert.Contains("Fetching changes...\n", log);
        Assert.EndsWith("\n2\nJob succeeded\n", log);
    }

    [Fact]
    public async Task Submodules_come_with_relative_urls_and_the_jobs_login()
    {
        var inner = _world.Create("g/inner");
        var outer = _world.Create("other/outer");
        outer.AddSubmodule("deep", "../../g/inner.git", inner.Head, inner.Bare);
        _project.AddSubmodule("sub", "../../other/outer.git", outer.Head, outer.Bare);

        var normal = await SucceedAsync("find . -name README.md | sort", variables: new Variable("GIT_SUBMODULE_STRATEGY", "normal"));
        Assert.Contains("Updating/initializing submodules with git depth set to 20...\n", normal);
        Assert.Contains("\n./README.md\n./sub/README.md\nJob", normal);

        var recursive = await SucceedAsync(
            "find . -name README.md | sort; git -C sub/deep fetch -q origin main; git submodule status --recursive",
            variables: new Variable("GIT_SUBMODULE_STRATEGY", "recursive")
        );
        Assert.Contains("Updating/initializing submodules recursively with git depth set to 20...\n", recursive);
        Assert.Contains("./sub/deep/README.md\n", recursive);
        Assert.Contains($" {inner.Head} sub/deep", recursive);
        Assert.DoesNotContain("64_jobtoken", GitFile("modules/sub/config") + recursive);
    }

    [Fact]
    public async Task A_submodule_that_cannot_be_fetched_fails_the_job_after_a_second_try()
    {
        var inner = _world.Create("g/inner");
        _project.AddSubmodule("sub", "../nowhere.git", inner.Head, inner.Bare);

        var log = await RunAsync("echo never", variables: new Variable("GIT_SUBMODULE_STRATEGY", "normal"));

        Assert.Equal(FailureReason.Script, _result!.FailureReason);
        Assert.Contains("WARNING: Updating submodules failed. Retrying...\n", log);
        Assert.DoesNotContain("never", log);
    }

    [Fact]
    public async Task A_failing_fetch_is_tried_again_as_often_as_the_job_wants_with_a_clean_folder()
    {
        await SucceedAsync("echo x > made");
        _job.Time = new HurriedTime();
        _host.Failures = 1;

        var log = await SucceedAsync("ls", variables: [new Variable("GET_SOURCES_ATTEMPTS", "2"), new Variable("GIT_CLEAN_FLAGS", "none")]);

        Assert.Contains("Will be retried in 5s ...", log);
        Assert.EndsWith("\nREADME.md\nJob succeeded\n", log);
    }

    [Fact]
    public async Task A_commit_that_is_not_there_fails_the_job_with_gits_exit_code()
    {
        var log = await RunAsync("echo never", sha: new string('1', 40));

        Assert.Equal((FailureReason.Script, 128), (_result!.FailureReason, _result.ExitCode));
        Assert.DoesNotContain("never", log);
    }

    [Theory]
    [InlineData("--help-me-out")]
    [InlineData("123")]
    [InlineData("$(touch here)")]
    public async Task What_is_no_commit_is_never_given_to_git(string sha)
    {
        await RunAsync("echo never", sha);
        Assert.Equal(FailureReason.RunnerSystem, _result!.FailureReason);
    }

    [Fact]
    public async Task A_sha256_repository_is_fetched_as_one()
    {
        var project = _world.Create("g/p256", "sha256");
        _job.Payload = _job.Payload with
        {
            Variables = [],
            GitInfo = new GitInfo
            {
                RepoUrl = _host.UrlWithLogin + "/g/p256.git",
                RepoObjectFormat = "sha256",
                Ref = "main",
                Sha = project.Head,
                Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
            },
        };
        await _job.Script("cat README.md").RunAsync();
        Assert.Contains("hello\nJob succeeded\n", _job.Log);
    }

    [Fact]
    public async Task Clone_url_takes_the_place_of_the_server_in_the_url()
    {
        _job.Runner = _job.Runner with { CloneUrl = _host.Url };
        _job.Payload = _job.Payload with
        {
            Variables = [],
            GitInfo = new GitInfo
            {
                RepoUrl = $"http://{GitHost.Login}@gitlab.invalid/g/p.git",
                Ref = "main",
                Sha = _project.Head,
                Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
            },
        };
        await _job.Script("git config remote.origin.url").RunAsync();
        Assert.Contains($"\n{_host.Url}/g/p.git\nJob succeeded\n", _job.Log);
    }

    [Fact]
    public async Task Untracked_artifacts_are_what_git_does_not_track()
    {
        _job.Payload = _job.Payload with { Artifacts = [new JobArtifact { Untracked = true }] };
        var log = await SucceedAsync("echo x > made");
        Assert.Contains("untracked: found 1 files", log);
    }

    [Fact]
    public async Task An_executor_without_git_gets_the_files_and_a_repository_it_can_fetch_into()
    {
        var inner = _world.Create("g/inner");
        GitWorld.Git(_project.Work, "push", "--quiet", "origin", "HEAD:refs/heads/other");
        File.CreateSymbolicLink(Path.Combine(_project.Work, "link"), ".");
        _project.AddSubmodule("sub", "../inner.git", inner.Head, inner.Bare);
        WithoutGit();

        var log = await SucceedAsync(
            "find . -path ./.git -prune -o -print | sort; git status --short; git config remote.origin.url; git fetch origin other; cat .git/config",
            variables: [new Variable("GIT_SUBMODULE_STRATEGY", "normal"), new Variable("GIT_TRACE", _world.Folder["trace"])]
        );

        Assert.Contains("\n.\n./.gitmodules\n./README.md\n./link\n./sub\n./sub/README.md\n", log);
        Assert.Contains($"\n{_host.Url}/g/p.git\n", log);
        Assert.DoesNotContain("64_jobtoken", log);
        Assert.Contains("-> FETCH_HEAD", log);
        // Not through the link, which leads back to where it stands.
        var below = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        Assert.Empty(Directory.EnumerateFiles(_job.Folder["work/sources"], "*.conf", below));
    }

    [Theory]
    [InlineData("GIT_FETCH_EXTRA_FLAGS", "--prune --upload-pack=/tmp/evil")]
    [InlineData("GIT_SUBMODULE_UPDATE_FLAGS", "--reference /etc")]
    public async Task Outside_of_its_container_a_job_cannot_give_git_a_program_or_a_path(string variable, string flags)
    {
        WithoutGit();
        await RunAsync("echo never", variables: [new Variable(variable, flags), new Variable("GIT_SUBMODULE_STRATEGY", "normal")]);
        Assert.Equal(FailureReason.RunnerConfiguration, _result!.FailureReason);
        Assert.Empty(_host.Fetches);
    }

    [Fact]
    public async Task Outside_of_its_container_git_does_not_see_the_jobs_variables()
    {
        WithoutGit();
        var trace = _world.Folder["trace"];
        await RunAsync(
            "true",
            variables: [new Variable("GIT_TRACE2", trace), new Variable("GIT_CONFIG_COUNT", "1"), new Variable("GIT_CONFIG_KEY_0", "x")]
        );
        // The job's own git sees them; nothing had called one yet when its sources came.
        Assert.False(File.Exists(trace));
    }

    /// <summary>The shell, as if it were a container: its sources are fetched outside and put in.</summary>
    private void WithoutGit()
    {
        Directory.CreateDirectory(_job.Folder["work"]);
        _job.Executor = ShellExecutor.Kind(_job.Folder["work"]) with { HasGit = false };
    }

    /// <summary>Pauses pass at once; a job's timeout, which is longer, never comes.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == TimeSpan.FromSeconds(5) ? TimeSpan.Zero : dueTime, period);
    }
}
