using System.Text.Json;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

/// <summary>Whole runs with the shell executor, as a user would start them.</summary>
public sealed class RunTests
{
    [Fact]
    public void A_pipeline_that_passes_ends_with_zero_and_leaves_the_checkout_alone()
    {
        using var repository = Repository("job:\n  script: [echo hello > made, cat tracked]\n");
        repository.Write("tracked", "uncommitted\n");
        var (exit, output, error) = Run(repository);
        Assert.True(exit == 0, output + error);
        Assert.Contains("[job] uncommitted\n", output);
        Assert.Contains("Pipeline passed", output);
        Assert.Equal("M tracked", repository.Git("status", "--short"));
        Assert.False(File.Exists(Path.Combine(repository.Path, "made")));
    }

    [Fact]
    public void A_job_that_fails_fails_the_pipeline_and_is_named()
    {
        using var repository = Repository("bad job:\n  script: [exit 7]\nafter:\n  stage: deploy\n  script: [echo never]\n");
        var (exit, output, _) = Run(repository);
        Assert.Equal(1, exit);
        Assert.Contains("✖ bad job", output);
        Assert.Contains("exit 7", output);
        Assert.Contains("1 failed, 1 skipped", output);
        Assert.Contains("slipway run 'bad job'", output);
        Assert.DoesNotContain("[after] never", output);
    }

    [Fact]
    public void An_engine_that_was_asked_for_and_does_not_answer_ends_the_run_before_anything_begins()
    {
        using var repository = Repository("job:\n  image: alpine\n  script: [echo hello]\n");
        repository.Write("config.toml", "[[runners]]\nexecutor = \"docker\"\n[runners.docker]\nhost = \"unix:///nowhere/docker.sock\"\n");
        var (exit, output, error) = FakeSurroundings.Run(repository.Path, "run", "--executor", "docker", "--config", "config.toml");
        Assert.Equal((ExitCode.Unreachable, ""), (exit, output));
        Assert.StartsWith("error: Cannot connect to the Docker engine at unix:///nowhere/docker.sock: ", error);
        Assert.Contains("correct host in [runners.docker]", error);
        var (_, again, _) = Run(repository);
        Assert.DoesNotContain("was killed", again);
    }

    [Fact]
    public void Events_tell_the_whole_run()
    {
        using var repository = Repository("ok:\n  script: [echo hello]\nbad:\n  script: [exit 3]\n  allow_failure: {exit_codes: [3]}\n");
        var events = Events(repository);
        Assert.Equal("plan", events[0].Kind());
        Assert.Equal("pipeline.finished", events[^1].Kind());
        Assert.Equal("success", events[^1].GetProperty("status").GetString());
        Assert.Contains(
            events,
            e => e.Kind() == "log" && e.GetProperty("name").GetString() == "ok" && e.GetProperty("line").GetString() == "hello"
        );
        var bad = events.Single(e => e.Kind() == "job.finished" && e.GetProperty("name").GetString() == "bad");
        Assert.Equal("failed", bad.GetProperty("status").GetString());
        Assert.Equal(3, bad.GetProperty("exit_code").GetInt32());
        Assert.Equal("script_failure", bad.GetProperty("failure_reason").GetString());
        Assert.True(bad.GetProperty("duration").GetDouble() >= 0);
        Assert.True(bad.GetProperty("allow_failure").GetBoolean());
    }

    [Fact]
    public void The_plan_of_named_jobs_lists_these_alone()
    {
        using var repository = Repository("a:\n  script: [echo a]\nb:\n  script: [echo b]\nc:\n  needs: [a, b]\n  script: [echo c]\n");
        var plan = Events(repository, "b", "c")[0];
        Assert.Equal(["b", "c"], plan.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("name").GetString()));
    }

    [Fact]
    public void Artifacts_and_dotenv_go_to_later_jobs_only()
    {
        using var repository = Repository(
            """
            make:
              stage: build
              script: [mkdir out, echo content > out/file, echo stray > stray, 'echo "VERSION=1.2.3" > build.env']
              artifacts: {paths: [out/], reports: {dotenv: build.env}}
            use:
              script: [cat out/file, 'echo "version $VERSION"', test ! -e stray]
            """
        );
        var (exit, output, _) = Run(repository, "--artifacts-dir", "got");
        Assert.True(exit == 0, output);
        Assert.Contains("[use] content", output);
        Assert.Contains("[use] version 1.2.3", output);
        Assert.Equal("content\n", File.ReadAllText(Path.Combine(repository.Path, "got", "make", "out", "file")));
    }

    [Fact]
    public void A_named_job_runs_alone_with_the_artifacts_of_the_last_run()
    {
        using var repository = Repository(
            """
            make:
              stage: build
              script: [date +%N > stamp, 'echo "A=from make" > e']
              artifacts: {paths: [stamp], reports: {dotenv: e}}
            use:
              needs: [make]
              script: [cat stamp, 'echo "[$A]"']
            """
        );
        var (early, earlyOutput, _) = Run(repository, "use");
        Assert.Equal(1, early);
        Assert.Contains("make is not part of this run and has left no artifacts here", earlyOutput);
        Assert.Equal(0, Run(repository, "make").Exit);
        var (exit, output, _) = Run(repository, "use");
        Assert.True(exit == 0, output);
        Assert.DoesNotContain("[make]", output);
        Assert.Contains("[use] [from make]", output);
        Assert.Contains("[make] ", Run(repository, "use", "--needs").Output);
    }

    [Fact]
    public void Needs_of_a_stage_job_are_the_stages_before()
    {
        using var repository = Repository("a:\n  stage: build\n  script: [echo a]\nb:\n  script: [echo b]\nc:\n  script: [echo c]\n");
        var output = Run(repository, "b", "--needs").Output;
        Assert.Contains("✔ a", output);
        Assert.Contains("✔ b", output);
        Assert.DoesNotContain("✔ c", output);
    }

    [Fact]
    public void A_blocking_manual_job_ends_the_run_and_says_how_to_play_it()
    {
        using var repository = Repository(
            "gate job:\n  stage: build\n  script: [echo open]\n  when: manual\n  allow_failure: false\nafter:\n  script: [echo after]\n"
        );
        var (exit, output, _) = Run(repository);
        Assert.Equal(0, exit);
        Assert.Contains("waits for a manual job", output);
        Assert.Contains("slipway run --manual 'gate job'", output);
        Assert.DoesNotContain("[after] after", output);
        var (played, playedOutput, _) = Run(repository, "--manual", "gate job");
        Assert.Equal(0, played);
        Assert.Contains("[after] after", playedOutput);
        Assert.Contains("✔ gate job", Run(repository, "gate job").Output);
    }

    [Fact]
    public void A_delayed_job_does_not_wait_when_it_need_not()
    {
        using var repository = Repository("later:\n  script: [echo now]\n  when: delayed\n  start_in: 1 hour\n");
        Assert.Contains("[later] now", Run(repository, "--skip-delays").Output);
        Assert.Contains("[later] now", Run(repository, "later").Output);
    }

    [Fact]
    public void A_child_pipeline_runs_under_its_bridge_and_decides_its_fate()
    {
        using var repository = Repository(
            """
            bridge:
              trigger: {include: child.yml, strategy: depend}
              variables: {FROM: parent}
            other:
              stage: deploy
              trigger: {project: group/other}
            """,
            ("child.yml", "inner:\n  script: ['echo \"$FROM $CI_PIPELINE_SOURCE\"', exit 1]\n")
        );
        var (exit, output, _) = Run(repository);
        Assert.Equal(1, exit);
        Assert.Contains("[bridge › inner] parent parent_pipeline", output);
        Assert.Contains("✖ bridge", output);
        Assert.Contains("- other  skipped", output);
    }

    [Fact]
    public void A_dynamic_child_pipeline_comes_from_an_artifact()
    {
        using var repository = Repository(
            """
            generate:
              stage: build
              script: ['printf "made:\n  script: [echo generated]\n" > child.yml']
              artifacts: {paths: [child.yml]}
            run it:
              trigger: {include: [{artifact: child.yml, job: generate}], strategy: depend}
            """
        );
        var (exit, output, _) = Run(repository);
        Assert.True(exit == 0, output);
        Assert.Contains("[run it › made] generated", output);
    }

    [Fact]
    public void A_trigger_of_another_project_says_that_it_needs_a_server()
    {
        using var repository = Repository("other:\n  trigger: {project: group/other}\n");
        var (exit, output, _) = Run(repository);
        Assert.Equal(1, exit);
        Assert.Contains("group/other", output);
        Assert.Contains("needs a server", output);
        Assert.DoesNotContain("re-run:", output);
    }

    [Fact]
    public void Test_reports_and_coverage_are_summed_up()
    {
        using var repository = Repository(
            """
            unit:
              script:
                - 'echo "<testsuite><testcase classname=\"C\" name=\"good\"/><testcase classname=\"C\" name=\"bad one\"><failure message=\"boom\"/></testcase></testsuite>" > r.xml'
                - echo "Lines 87.5%"
                - exit 1
              coverage: '/Lines \d+\.\d+%/'
              artifacts: {when: always, reports: {junit: r.xml}}
            """
        );
        var (_, output, _) = Run(repository);
        Assert.Contains("coverage 87.5 %", output);
        Assert.Contains("2 tests, 1 failed", output);
        Assert.Contains("C: bad one", output);
    }

    [Fact]
    public void Variables_come_from_option_and_file_and_masked_ones_stay_hidden()
    {
        using var repository = Repository("show:\n  variables: {A: yaml, B: yaml}\n  script: ['echo \"$A|$B|$SECRET|\"']\n");
        repository.Write("vars.env", "A=file\nB=file\n# masked\nSECRET=verysecret123\n");
        var output = Run(repository, "--variables-file", "vars.env", "--variable", "B=option").Output;
        Assert.Contains("[show] file|option|[MASKED]|", output);
        Assert.DoesNotContain("verysecret123", output);
    }

    [Fact]
    public void A_cache_lives_on_into_the_next_run()
    {
        using var repository = Repository(
            "job:\n  cache: {key: k, paths: [kept/]}\n  script: [mkdir -p kept, 'echo x >> kept/file', 'wc -l < kept/file']\n"
        );
        Assert.Contains("[job] 1", Run(repository).Output);
        Assert.Contains("[job] 2", Run(repository).Output);
    }

    [Fact]
    public void A_job_is_tried_again_when_it_says_so()
    {
        using var repository = Repository("flaky:\n  script: [exit 1]\n  retry: 1\n");
        var output = Run(repository).Output;
        Assert.Contains("✖ flaky (attempt 2)", output);
    }

    [Fact]
    public void A_pipeline_that_rules_refuse_runs_nothing_and_says_why()
    {
        using var repository = Repository("workflow:\n  rules: [{if: $CI_COMMIT_TAG}]\njob:\n  script: [echo x]\n");
        var (exit, _, error) = Run(repository);
        Assert.Equal(0, exit);
        Assert.Contains("no pipeline: Pipeline filtered out by workflow rules", error);
    }

    [Fact]
    public void Kept_folders_stay_and_others_go()
    {
        using var repository = Repository("job:\n  script: [echo x > made]\n");
        Run(repository);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(repository.Path, ".slipway", "runs", "1", "builds")));
        Run(repository, "--keep");
        Assert.NotEmpty(
            Directory.GetFiles(Path.Combine(repository.Path, ".slipway", "runs", "2", "builds"), "made", SearchOption.AllDirectories)
        );
    }

    [Fact]
    public void Without_git_a_folder_runs_too()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", "job:\n  script: [cat file, 'echo \"$CI_COMMIT_BRANCH\"']\n");
        folder.Write("file", "content\n");
        Assert.Contains("[job] content", Run(folder).Output);
    }

    private static TemporaryFolder Repository(string configuration, params (string, string)[] files) =>
        TemporaryFolder.Repository([
            (".gitlab-ci.yml", "stages: [build, test, deploy]\n" + configuration),
            ("tracked", "committed\n"),
            .. files,
        ]);

    private static (int Exit, string Output, string Error) Run(TemporaryFolder repository, params string[] arguments) =>
        FakeSurroundings.Run(repository.Path, ["run", "--executor", "shell", .. arguments]);

    private static List<JsonElement> Events(TemporaryFolder repository, params string[] arguments) =>
        [
            .. Run(repository, ["--json", .. arguments])
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
}

internal static class EventJson
{
    public static string Kind(this JsonElement json) => json.GetProperty("event").GetString()!;
}
