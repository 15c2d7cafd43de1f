using System.Collections.Immutable;
using System.Text.Json;
using FsCheck.Fluent;
using Slipway.Compiler;
using Slipway.Engine.Payloads;
using Slipway.Engine.Tests.Support;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Xunit;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests.Payloads;

public class JobPayloadsTests
{
    private static readonly JobIdentity Identity = new()
    {
        Id = 17,
        Token = "glcbt-secret",
        Url = "http://ci.test/g/p/-/jobs/17",
        PipelineId = 5,
        PipelineUrl = "http://ci.test/g/p/-/pipelines/5",
        RepositoryUrl = "http://ci.test/g/p.git",
        HasPipelineRef = true,
    };

    private static readonly PipelineContext Push = new()
    {
        Ref = "main",
        Commit = new CommitFacts { Sha = new string('a', 40), BeforeSha = new string('b', 40) },
        Project = new ProjectFacts
        {
            Id = 3,
            Name = "p",
            Path = "g/p",
            Registry = "ci.test:5050",
        },
        User = new UserFacts { Id = 8 },
    };

    private static JobPayload Build(
        CompiledJob job,
        PipelineContext? context = null,
        JobIdentity? identity = null,
        Func<JobState, JobState>? change = null,
        params ImmutableArray<Variable> dotenv
    )
    {
        var pipeline = Of(job) with { Context = context ?? Push };
        var state = Machine.Apply(Machine.Create(pipeline, Noon), new PipelineEvent.Started(0, Noon.AddSeconds(90))).Jobs[0];
        return JobPayloads.Build(pipeline, change is null ? state : change(state), identity ?? Identity, dotenv, []);
    }

    private static string? Value(JobPayload payload, string key) => payload.Variables.LastOrDefault(variable => variable.Key == key)?.Value;

    [Fact]
    public void The_running_job_knows_itself()
    {
        var payload = Build(Job("compile"));

        Assert.Equal((17, "glcbt-secret", true), (payload.Id, payload.Token, payload.AllowGitFetch));
        Assert.Equal(
            new JobInfo
            {
                Name = "compile",
                Stage = "build",
                PipelineId = 5,
                ProjectId = 3,
                ProjectName = "p",
                ProjectFullPath = "g/p",
                UserId = 8,
                TimeInQueueSeconds = 90,
            },
            payload.JobInfo
        );
        Assert.Equal("17", Value(payload, "CI_JOB_ID"));
        Assert.Equal("5", Value(payload, "CI_PIPELINE_ID"));
        Assert.Equal("http://ci.test/g/p/-/pipelines/5", Value(payload, "CI_PIPELINE_URL"));
        Assert.Equal("http://ci.test/g/p/-/jobs/17", Value(payload, "CI_JOB_URL"));
        Assert.Equal("2026-05-04T12:01:30Z", Value(payload, "CI_JOB_STARTED_AT"));
        Assert.Equal("gitlab-ci-token", Value(payload, "CI_REGISTRY_USER"));
        Assert.Equal("http://gitlab-ci-token:glcbt-secret@ci.test/g/p.git", Value(payload, "CI_REPOSITORY_URL"));
    }

    [Theory]
    [InlineData("CI_JOB_TOKEN", true)]
    [InlineData("CI_REGISTRY_PASSWORD", true)]
    [InlineData("CI_REPOSITORY_URL", false)]
    public void Its_secrets_are_not_public(string key, bool masked)
    {
        var variable = Build(Job("a")).Variables.Single(variable => variable.Key == key);

        Assert.False(variable.Public);
        Assert.Equal(masked, variable.Masked);
    }

    [Fact]
    public void Without_a_registry_or_a_repository_there_is_no_login_to_them()
    {
        var payload = Build(Job("a"), Push with { Project = new ProjectFacts() }, Identity with { RepositoryUrl = "" });

        Assert.Null(Value(payload, "CI_REGISTRY_PASSWORD"));
        Assert.Null(Value(payload, "CI_REPOSITORY_URL"));
        Assert.Empty(payload.Credentials);
        Assert.Equal("", payload.GitInfo.RepoUrl);
    }

    [Fact]
    public void Logins_to_registries_go_along()
    {
        var other = new JobCredential("registry", "proxy.test", "u", "p");
        var payload = Build(Job("a"), identity: Identity with { Credentials = [other] });

        Assert.Equal([new JobCredential("registry", "ci.test:5050", "gitlab-ci-token", "glcbt-secret"), other], payload.Credentials);
    }

    [Fact]
    public void A_dotenv_variable_beats_yaml_and_loses_to_the_project()
    {
        var job = Job("a") with
        {
            Variables = [new("CI", "true"), new("COLOR", "yaml"), new("SIZE", "yaml"), new("SIZE", "project")],
            DotenvAt = 3,
        };
        var payload = Build(job, dotenv: [new("COLOR", "dotenv"), new("SIZE", "dotenv")]);

        Assert.Equal("dotenv", Value(payload, "COLOR"));
        Assert.Equal("project", Value(payload, "SIZE"));
    }

    [Fact]
    public void A_yaml_value_sees_the_dotenv_variable_it_refers_to()
    {
        var job = Job("a") with { Variables = [new("URL", "http://$HOST/$CI_JOB_ID"), new("HOST", "yaml")], DotenvAt = 2 };

        Assert.Equal("http://dotenv/17", Value(Build(job, dotenv: [new Variable("HOST", "dotenv")]), "URL"));
    }

    [Fact]
    public void What_was_given_at_play_beats_all()
    {
        var job = Job("a") with { Variables = [new("COLOR", "yaml"), new("COLOR", "pipeline"), new("IMAGE", "app:$COLOR")], DotenvAt = 0 };
        var payload = Build(job, change: state => state with { PlayVariables = [new Variable("COLOR", "played")] });

        Assert.Equal("played", Value(payload, "COLOR"));
        Assert.Equal("app:played", Value(payload, "IMAGE"));
    }

    [Fact]
    public void A_project_variable_overrides_what_is_predefined()
    {
        var job = Job("a") with { Variables = [new("CI_JOB_URL", "mine")], DotenvAt = 0 };

        Assert.Equal("mine", Value(Build(job), "CI_JOB_URL"));
    }

    [Fact]
    public void References_the_server_does_not_know_are_left_to_the_runner() =>
        Assert.Equal(
            "$CI_PROJECT_DIR/x",
            Value(Build(Job("a") with { Variables = [new("OUT", "$CI_PROJECT_DIR/x")], DotenvAt = 1 }), "OUT")
        );

    [Fact]
    public void The_runner_is_named_and_limits_the_time()
    {
        var runner = new JobIdentity.Taker(4, "fast", ["docker", "linux"], MaxTimeout: 600);
        var payload = Build(Job("a") with { Timeout = 3600 }, identity: Identity with { Runner = runner });

        Assert.Equal(600, payload.RunnerInfo.Timeout);
        Assert.Equal("4", Value(payload, "CI_RUNNER_ID"));
        Assert.Equal("""["docker", "linux"]""", Value(payload, "CI_RUNNER_TAGS"));
        Assert.Equal(300, Build(Job("a") with { Timeout = 300 }, identity: Identity with { Runner = runner }).RunnerInfo.Timeout);
    }

    [Fact]
    public void Steps_are_script_release_and_after_script()
    {
        var release = new CompiledRelease(
            "v1",
            "One",
            "It says \"hi\"",
            null,
            null,
            ["m1", "m2"],
            null,
            [new ReleaseLink("bin", "http://x/y", "/bin", "other")]
        );
        var payload = Build(Job("a") with { Script = ["echo 1", "echo 2"], AfterScript = ["rm x"], Release = release, Timeout = 60 });

        Assert.Equal(["script", "release", "after_script"], payload.Steps.Select(step => step.Name));
        Assert.Equal(["echo 1", "echo 2"], payload.Steps[0].Script);
        Assert.Equal(("on_success", false, 60), (payload.Steps[0].When, payload.Steps[0].AllowFailure, payload.Steps[0].Timeout));
        Assert.Equal(("always", true), (payload.Steps[2].When, payload.Steps[2].AllowFailure));

        var script = Assert.Single(payload.Steps[1].Script);
        Assert.Contains(
            """glab release create -R "$CI_PROJECT_PATH" "v1" --assets-links "[{\"name\":\"bin\",\"url\":\"http://x/y\",\"filepath\":\"/bin\",\"link_type\":\"other\"}]" --milestone "m1,m2" --name "One" --experimental-notes-text-or-file "It says \"hi\"" --ref "$CI_COMMIT_SHA" --no-update""",
            script,
            StringComparison.Ordinal
        );
        Assert.Contains(
            """release-cli create --name "One" --description "It says \"hi\"" --tag-name "v1" --milestone "m1" --milestone "m2" --assets-link "{\"name\":""",
            script,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_after_script_there_is_no_such_step() =>
        Assert.Equal("script", Assert.Single(Build(Job("a") with { Script = ["x"] }).Steps).Name);

    [Fact]
    public void A_release_script_is_one_a_shell_can_read()
    {
        var release = new CompiledRelease("v$VERSION", null, "two\nlines with \"quotes\" and \\\"more\\\"", "main", null, [], null, []);
        var script = Assert.Single(Build(Job("a") with { Script = ["x"], Release = release }).Steps[1].Script);
        var quotes = script.Where((c, at) => c == '"' && script[at - 1] != '\\').Count();

        Assert.Equal(0, quotes % 2);
        Assert.Contains("--description \"two\nlines with \\\"quotes\\\" and \\\"more\\\"\"", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""a "b" c""", """a \"b\" c""")]
    [InlineData("""a \"b\" c""", """a \"b\" c""")]
    [InlineData("""a \\"b""", """a \\\"b""")]
    [InlineData("""ends in \""", """ends in \\""")]
    [InlineData("""ends in \\""", """ends in \\""")]
    [InlineData("""$(cat "notes.md")""", """$(cat "notes.md")""")]
    [InlineData("$TAG", "$TAG")]
    public void A_releases_texts_stay_inside_their_quotes(string text, string expected) =>
        Assert.Equal($"\"{expected}\"", ReleaseStep.Quoted(text));

    [Fact]
    public void Any_text_of_a_release_is_one_word_to_a_shell() =>
        Fuzz.Check(
            ArbMap.Default.ArbFor<string>(),
            text =>
            {
                var scripted = text is not null && (text.Contains("$(", StringComparison.Ordinal) || text.Contains('`'));
                Assert.True(text is null || scripted || IsOneWord(ReleaseStep.Quoted(text)));
                Assert.True(text is null || IsOneWord(ReleaseStep.Quoted(text, escapeAll: true)));
            }
        );

    /// <summary>Begins with a quote, and the next one that is not escaped is its last character.</summary>
    private static bool IsOneWord(string word)
    {
        var at = 1;
        while (at < word.Length && word[at] != '"')
            at += word[at] == '\\' ? 2 : 1;
        return word[0] == '"' && at == word.Length - 1;
    }

    [Theory]
    [InlineData(null, 20, "+refs/pipelines/5:refs/pipelines/5 +refs/heads/main:refs/remotes/origin/main")]
    [InlineData("1", 1, "+refs/pipelines/5:refs/pipelines/5 +refs/heads/main:refs/remotes/origin/main")]
    [InlineData("7up", 7, "+refs/pipelines/5:refs/pipelines/5 +refs/heads/main:refs/remotes/origin/main")]
    [InlineData("0", 0, "+refs/pipelines/5:refs/pipelines/5 +refs/heads/*:refs/remotes/origin/* +refs/tags/*:refs/tags/*")]
    [InlineData("-1", 0, "+refs/pipelines/5:refs/pipelines/5 +refs/heads/*:refs/remotes/origin/* +refs/tags/*:refs/tags/*")]
    [InlineData("all", 0, "+refs/pipelines/5:refs/pipelines/5 +refs/heads/*:refs/remotes/origin/* +refs/tags/*:refs/tags/*")]
    public void The_depth_says_how_much_is_fetched(string? depth, int expected, string refspecs)
    {
        var git = Build(Job("a") with { Variables = depth is null ? [] : [new("GIT_DEPTH", depth)] }).GitInfo;

        Assert.Equal(expected, git.Depth);
        Assert.Equal(refspecs, string.Join(' ', git.Refspecs));
        Assert.Equal(("main", new string('a', 40), new string('b', 40), "branch"), (git.Ref, git.Sha, git.BeforeSha, git.RefType));
    }

    [Fact]
    public void A_tag_is_fetched_as_a_tag()
    {
        var git = Build(Job("a"), Push with { Ref = "v1", RefKind = RefKind.Tag }, Identity with { HasPipelineRef = false }).GitInfo;

        Assert.Equal(("v1", "tag"), (git.Ref, git.RefType));
        Assert.Equal(["+refs/tags/v1:refs/tags/v1"], git.Refspecs);
    }

    [Theory]
    [InlineData("detached", "refs/merge-requests/6/head")]
    [InlineData("merged_result", "refs/merge-requests/6/merge")]
    public void A_merge_request_is_fetched_by_its_own_ref(string eventType, string expected)
    {
        var context = Push with
        {
            RefKind = RefKind.MergeRequest,
            MergeRequest = new MergeRequestFacts { Iid = 6, EventType = eventType },
        };
        var git = Build(Job("a"), context, Identity with { HasPipelineRef = false }).GitInfo;

        Assert.Equal((expected, "branch"), (git.Ref, git.RefType));
        Assert.Equal([$"+{expected}:{expected}"], git.Refspecs);
    }

    [Fact]
    public void Everything_else_of_the_job_goes_along()
    {
        var job = Job("a") with
        {
            Image = new JobImage { Name = "alpine" },
            Services = [new JobImage { Name = "postgres" }],
            Artifacts = [new JobArtifact { Paths = ["out"] }],
            Caches = [new JobCache { Key = "k" }],
            Hooks = [new JobHook("pre_get_sources_script", ["x"])],
        };
        var dependency = new JobDependency(9, "before", "glcbt-other", new ArtifactsFile("artifacts.zip", 10));
        var pipeline = Of(job) with { Context = Push };
        var payload = JobPayloads.Build(pipeline, Machine.Create(pipeline, Noon).Jobs[0], Identity, [], [dependency]);

        Assert.Equal(
            ("alpine", "postgres", "out", "k", "pre_get_sources_script"),
            (payload.Image!.Name, payload.Services[0].Name, payload.Artifacts[0].Paths[0], payload.Cache[0].Key, payload.Hooks[0].Name)
        );
        Assert.Equal(dependency, Assert.Single(payload.Dependencies));
        Assert.Contains("image_pull_failure", payload.Features.FailureReasons);
        Assert.Equal(0, payload.JobInfo.TimeInQueueSeconds);
    }

    [Fact]
    public void The_payload_can_be_put_on_the_wire()
    {
        var json = JsonSerializer.SerializeToElement(Build(Job("a")), ProtocolJson.Default.JobPayload);

        Assert.Equal("glcbt-secret", json.GetProperty("token").GetString());
        Assert.Equal(90, json.GetProperty("job_info").GetProperty("time_in_queue_seconds").GetDouble());
    }

    [Fact]
    public void A_bridge_has_no_payload() => Assert.Throws<ArgumentException>(() => Build(Bridge("child")));

    [Theory]
    [InlineData("https://$HOST/$CI_COMMIT_REF_SLUG", "https://app.test/main")]
    [InlineData("https://app.test/$UNKNOWN", "https://app.test/")]
    [InlineData("$SCHEME://x", null)]
    [InlineData("$HOST", null)]
    [InlineData("javascript:alert(1)", null)]
    [InlineData(null, null)]
    public void The_environments_url_is_read_again_with_what_the_job_itself_reports(string? url, string? expected)
    {
        var job = Job("a") with
        {
            Environment = new DeployEnvironment("review", "review", url, "start", null, null, null),
            Variables = [new("CI_COMMIT_REF_SLUG", "main"), new("HOST", "yaml.test")],
            DotenvAt = 2,
        };
        var pipeline = Of(job) with { Context = Push };
        var state = Machine.Create(pipeline, Noon).Jobs[0];

        var read = JobPayloads.EnvironmentUrl(
            pipeline,
            state,
            Identity,
            [new("HOST", "received.test")],
            [new("HOST", "app.test"), new("SCHEME", "javascript")]
        );
        Assert.Equal(expected, read);
    }
}
