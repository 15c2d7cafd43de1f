using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Executors.Shell;
using Slipway.Runner.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Jobs;

public sealed class JobRunTests : IDisposable
{
    private readonly TestJob _job = new();

    public void Dispose() => _job.Dispose();

    [Fact]
    public async Task A_job_that_succeeds_writes_GitLabs_frame()
    {
        var result = await _job.Script("echo hello", "echo one\necho two", "", "true").RunAsync();
        Assert.Equal(new JobResult(JobOutcome.Success, null, null, "Job succeeded"), result);
        Assert.Equal(
            """
            Running with slipway 0.1.0
              on test 012345678
            Preparing the "shell" executor
            Using Shell (bash) executor...
            Preparing environment
            Running on here via here...
            Getting source from Git repository
            Skipping Git repository setup
            Executing "step_script" stage of the job script
            $ echo hello
            hello
            $ echo one # collapsed multi-line command
            one
            two

            $ true
            Job succeeded

            """,
            _job.Log
        );
    }

    [Fact]
    public async Task The_first_failing_command_ends_the_script_and_its_code_is_the_jobs()
    {
        var result = await _job.Script("(exit 7)", "echo never").RunAsync();
        Assert.Equal(new JobResult(JobOutcome.Failed, 7, FailureReason.Script, "exit code 7"), result);
        Assert.DoesNotContain("never", _job.Log);
        Assert.EndsWith("ERROR: Job failed: exit code 7\n", _job.Log);
    }

    [Fact]
    public async Task After_script_runs_in_a_shell_of_its_own_and_knows_how_it_went()
    {
        var result = await _job.Script("cd /", "X=1", "false")
            .AfterScript("echo \"$CI_JOB_STATUS [$X] $(basename $PWD)\"", "exit 3")
            .RunAsync();
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Running after script...\n$ echo", _job.Log);
        Assert.Contains("failed [] p\n", _job.Log);
        Assert.Contains("WARNING: after_script failed, but job will continue unaffected: exit code 3", _job.Log);
    }

    [Fact]
    public async Task A_failing_after_script_fails_a_good_job_only_when_the_job_wants_it()
    {
        _job.Script("true").AfterScript("exit 3").Variables(new Variable("AFTER_SCRIPT_IGNORE_ERRORS", "false"));
        Assert.Equal(new JobResult(JobOutcome.Failed, 3, FailureReason.Script, "exit code 3"), await _job.RunAsync());
    }

    [Fact]
    public async Task Variables_reach_the_script_as_GitLab_builds_them()
    {
        await _job.Variables(
                new("A", "$B/$CI_PROJECT_DIR"),
                new("B", "it's \"quoted\" `x` \\ * ~ é\nsecond"),
                new("RAW", "$B", Raw: true),
                new("CONFIG", "line 1\nline 2", File: true),
                new("not-a-name; touch broken", "x"),
                new("CI_RUNNER_VERSION", "overridden")
            )
            .Script(
                "printf '%s\\n' \"$A\" \"$RAW\" \"$CONFIG\" \"$CI_SHARED_ENVIRONMENT $CI_RUNNER_VERSION $CI_SERVER $CI_JOB_TIMEOUT\"",
                "cat $CONFIG; echo .",
                "ls"
            )
            .RunAsync();
        Assert.Contains(
            $"it's \"quoted\" `x` \\ * ~ é\nsecond/{_job.ProjectDir}\n$B\n{_job.ProjectDir}.tmp/CONFIG\ntrue 0.1.0 yes 60\n",
            _job.Log
        );
        Assert.Contains("line 1\nline 2.\n", _job.Log);
        Assert.DoesNotContain("broken", _job.Log);
        Assert.False(Directory.Exists(_job.ProjectDir + ".tmp"));
    }

    [Fact]
    public async Task What_a_script_leaves_in_GITLAB_ENV_reaches_the_next()
    {
        await _job.Script(
                "echo 'X=a b=$c' >> $GITLAB_ENV",
                "echo 'no line' >> $GITLAB_ENV",
                "echo '9=x' >> $GITLAB_ENV",
                "printf 'LAST=z' >> $GITLAB_ENV"
            )
            .AfterScript("echo \"[$X] [$LAST]\"")
            .RunAsync();
        Assert.Contains("[a b=$c] [z]", _job.Log);
    }

    [Fact]
    public async Task The_hosts_environment_stays_outside()
    {
        Environment.SetEnvironmentVariable("SLIPWAY_TEST_SECRET", "leaked");
        await _job.Script("env | sort").RunAsync();
        Assert.DoesNotContain("leaked", _job.Log);
        Assert.Contains("\nPATH=", _job.Log);
        Assert.Contains("\nHOME=", _job.Log);
    }

    [Fact]
    public async Task Secrets_and_the_jobs_token_are_masked()
    {
        await _job.Variables(new Variable("SECRET", "hunter2!", Masked: true))
            .Script("echo \"$SECRET glcbt-64_jobtoken\"", "echo hunter2! >&2")
            .RunAsync();
        Assert.DoesNotContain("hunter2", _job.Log);
        Assert.DoesNotContain("jobtoken", _job.Log);
    }

    [Fact]
    public async Task Steps_beside_the_script_have_their_own_shell_and_stage()
    {
        _job.Script("Y=1");
        _job.Payload = _job.Payload with
        {
            Steps = [.. _job.Payload.Steps, new JobStep { Name = "release", Script = ["echo \"tag $CI_JOB_TIMEOUT [$Y]\""] }],
        };
        await _job.RunAsync();
        Assert.Contains("Executing \"step_release\" stage of the job script\n$ echo \"tag 60 []\"\ntag 60 []\n", _job.Log);
    }

    [Fact]
    public async Task Scripts_of_the_configuration_embrace_the_jobs()
    {
        _job.Runner = _job.Runner with { PreBuildScript = "echo before", PostBuildScript = "echo behind" };
        await _job.Script("echo middle").RunAsync();
        Assert.Contains("$ echo before\nbefore\n$ echo middle\nmiddle\n$ echo behind\nbehind\n", _job.Log);
    }

    [Fact]
    public async Task A_job_without_a_repository_gets_no_sources_from_git()
    {
        _job.Payload = _job.Payload with { Variables = [] };
        var result = await _job.Script("echo never").AfterScript("echo never").RunAsync();
        Assert.Equal(FailureReason.RunnerSystem, result.FailureReason);
        Assert.Contains("names no repository", result.Message);
        Assert.DoesNotContain("never", _job.Log);
    }

    [Fact]
    public async Task A_clone_path_outside_the_builds_is_refused()
    {
        _job.Runner = _job.Runner with { CustomBuildDir = true };
        var result = await _job.Variables(new Variable("GIT_CLONE_PATH", "$CI_BUILDS_DIR/../x")).Script("true").RunAsync();
        Assert.Equal(FailureReason.RunnerConfiguration, result.FailureReason);
    }

    [Fact]
    public async Task Debug_tracing_shows_every_command_unless_it_is_forbidden()
    {
        await _job.Variables(new Variable("CI_DEBUG_TRACE", "true")).Script("echo hi").RunAsync();
        Assert.Contains("+ echo hi\n", _job.Log);

        using var forbidden = new TestJob();
        forbidden.Runner = forbidden.Runner with { DebugTraceDisabled = true };
        await forbidden.Variables(new Variable("CI_DEBUG_TRACE", "true")).Script("echo hi").RunAsync();
        Assert.DoesNotContain("+ echo hi\n", forbidden.Log);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_is_no_success()
    {
        var channel = new JobChannel
        {
            WriteTrace = (_, _) => throw new IOException("disk full"),
            FetchArtifacts = (_, _) => Task.FromResult<Stream?>(null),
            SendArtifact = (_, _, _, _) => Task.CompletedTask,
        };
        _job.Script("true");
        Directory.CreateDirectory(_job.Folder["work"]);
        var run = new JobRun(_job.Payload, _job.Runner, ShellExecutor.Kind(_job.Folder["work"]), channel, TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(() => run.RunAsync(JobCancellation.None));
    }
}
