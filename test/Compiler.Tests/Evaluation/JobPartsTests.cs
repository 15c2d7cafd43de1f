using Slipway.Compiler;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>environment, cache, artifacts, tags, triggers and the rest of a job: gitlab-ci-yaml §7 and the pitfalls 7, 17, 24 and 25.</summary>
public sealed class JobPartsTests
{
    [Fact]
    public void An_environment_has_its_variables_replaced()
    {
        const string yaml = """
            variables: {DOMAIN: example.com, NAME: review/$CI_COMMIT_REF_SLUG}
            job:
              script: x
              environment: {name: $NAME, url: 'https://$CI_ENVIRONMENT_SLUG.$DOMAIN/$FROM_DOTENV', on_stop: stop, auto_stop_in: $KEEP}
              variables: {KEEP: 2 days}
            stop:
              script: x
              when: manual
              environment: {name: $NAME, action: stop}
            """;
        var job = Compiling.Job(yaml, "job", Compiling.Branch("feature/x"));
        var environment = job.Environment!;
        Assert.Equal(
            ("review/feature-x", "start", "stop", "2 days", "development"),
            (environment.Name, environment.Action, environment.OnStop, environment.AutoStopIn, environment.Tier)
        );
        Assert.StartsWith("review-feature-x-", environment.Slug, StringComparison.Ordinal);
        Assert.Equal($"https://{environment.Slug}.example.com/$FROM_DOTENV", environment.Url);
        Assert.Equal(
            (environment.Name, environment.Slug, environment.Url),
            (job.Value("CI_ENVIRONMENT_NAME"), job.Value("CI_ENVIRONMENT_SLUG"), job.Value("CI_ENVIRONMENT_URL"))
        );
        Assert.Equal("start", job.Value("CI_ENVIRONMENT_ACTION"));
    }

    [Fact]
    public void Variables_of_a_rule_reach_the_environment_and_the_resource_group_but_not_the_tags()
    {
        const string yaml = """
            job:
              script: x
              environment: $WHERE
              resource_group: $WHERE-$CI_ENVIRONMENT_NAME
              tags: [$WHERE, 'os-$OS', $UNDEF]
              variables: {WHERE: nowhere, OS: linux}
              rules: [{if: $CI, variables: {WHERE: production}}]
            """;
        var job = Compiling.Job(yaml, "job");
        Assert.Equal(
            ("production", "production-production", "production"),
            (job.Environment!.Name, job.ResourceGroup, job.Environment.Tier)
        );
        Assert.Equal(["nowhere", "os-linux", "$UNDEF"], job.Tags);
    }

    [Theory]
    [InlineData("production", "production")]
    [InlineData("eu-live", "production")]
    [InlineData("staging", "staging")]
    [InlineData("preprod", "staging")]
    [InlineData("demo", "staging")]
    [InlineData("qa", "testing")]
    [InlineData("acceptance", "testing")]
    [InlineData("review/x", "development")]
    [InlineData("Dev", "development")]
    [InlineData("somewhere", "other")]
    public void A_tier_is_guessed_from_the_name(string name, string tier) =>
        Assert.Equal(tier, Compiling.Job($"job: {{script: x, environment: {name}}}", "job").Environment!.Tier);

    [Theory]
    [InlineData("{key: k, paths: [a]}", false, "k-non_protected")]
    [InlineData("{key: k, paths: [a]}", true, "k-protected")]
    [InlineData("{key: k, paths: [a], unprotect: true}", true, "k-non_protected")]
    [InlineData("{paths: [a]}", false, "default-non_protected")]
    [InlineData("{key: $CI_COMMIT_REF_SLUG, paths: [a]}", false, "$CI_COMMIT_REF_SLUG-non_protected")]
    [InlineData("{key: {files: [gone.lock]}, paths: [a]}", false, "0_gone-default-non_protected")]
    [InlineData("{key: {files: [gone.lock], prefix: $CI_JOB_NAME}, paths: [a]}", false, "$CI_JOB_NAME-default-non_protected")]
    public void A_cache_key_is_worked_out(string cache, bool isProtected, string key)
    {
        var job = Compiling.Job($"job: {{script: x, cache: {cache}}}", "job", Compiling.Branch() with { RefProtected = isProtected });
        Assert.Equal(key, Assert.Single(job.Caches).Key);
    }

    [Fact]
    public void A_cache_key_of_files_is_a_hash_of_what_is_in_them()
    {
        string Key(string files, params string[] tree) =>
            Assert
                .Single(
                    Compiling
                        .Job($"job: {{script: x, cache: {{key: {{files: {files}, prefix: p}}, paths: [a]}}}}", "job", null, tree)
                        .Caches
                )
                .Key;
        var one = Key("[a.lock]", "a.lock=1");
        Assert.Matches("^p-[0-9a-f]{40}-non_protected$", one);
        Assert.Equal(one, Key("[a.lock]", "a.lock=1", "b.lock=2"));
        Assert.Equal(one, Key("[a.lock, gone.lock]", "a.lock=1"));
        Assert.Equal(one, Key("['*.lock']", "a.lock=1", "d/b.lock=2"));
        Assert.NotEqual(one, Key("[a.lock]", "a.lock=2"));
        Assert.NotEqual(one, Key("['**.lock']", "a.lock=1", "d/b.lock=2"));
        Assert.NotEqual(one, Key("[a.lock, b.lock]", "a.lock=1", "b.lock=2"));
    }

    [Fact]
    public void Several_caches_keep_their_order_and_fallbacks_get_the_ending_too()
    {
        const string yaml = """
            job:
              script: x
              cache:
                - {key: one, paths: [a], fallback_keys: [f, g], policy: pull, when: always}
                - {key: {files: [package-lock.json, yarn.lock]}, paths: [b], untracked: true}
            """;
        var caches = Compiling.Job(yaml, "job").Caches;
        Assert.Equal(["f-non_protected", "g-non_protected"], caches[0].FallbackKeys);
        Assert.Equal(("pull", "always"), (caches[0].Policy, caches[0].When));
        Assert.Equal(("1_package-lock_yarn-default-non_protected", true), (caches[1].Key, caches[1].Untracked));
        var together = Compiling.Branch() with { Project = new ProjectFacts { SeparatedCaches = false } };
        Assert.Equal("one", Compiling.Job(yaml, "job", together).Caches[0].Key);
    }

    [Fact]
    public void Artifacts_are_one_archive_and_a_file_for_each_report()
    {
        const string yaml = """
            job:
              script: x
              artifacts:
                name: build-$CI_COMMIT_SHORT_SHA
                paths: [out/, $DIR/*]
                exclude: ['**/*.o']
                when: on_failure
                expire_in: 1 week
                reports:
                  junit: [a.xml, b.xml]
                  dotenv: x.env
                  codequality: q.json
                  coverage_report: {coverage_format: cobertura, path: c.xml}
            only-reports: {script: x, artifacts: {reports: {junit: a.xml}}}
            """;
        var uploads = Compiling.Job(yaml, "job").Artifacts;
        Assert.Equal(
            [
                "archive zip build-$CI_COMMIT_SHORT_SHA on_failure 1 week out/,$DIR/*",
                "junit gzip junit.xml always 1 week a.xml,b.xml",
                "dotenv gzip .env always 1 week x.env",
                "codequality raw gl-code-quality-report.json always 1 week q.json",
                "cobertura gzip cobertura-coverage.xml always 1 week c.xml",
            ],
            uploads.Select(upload =>
                $"{upload.ArtifactType} {upload.ArtifactFormat} {upload.Name} {upload.When} {upload.ExpireIn} {string.Join(',', upload.Paths)}"
            )
        );
        Assert.Equal(["**/*.o"], uploads[0].Exclude);
        Assert.Equal("junit", Assert.Single(Compiling.Job(yaml, "only-reports").Artifacts).ArtifactType);
    }

    [Fact]
    public void A_job_carries_what_the_runner_needs_unexpanded()
    {
        const string yaml = """
            default:
              before_script: [setup]
              retry: {max: 2, when: [runner_system_failure], exit_codes: 3}
              image: {name: 'img:$TAG', entrypoint: ['']}
              services: [{name: docker:dind, alias: docker}]
              interruptible: true
            job: {script: [a, [b]], after_script: [c], timeout: 1h 30m, coverage: '/(\d+)%/', manual_confirmation: sure?}
            bare: {script: x, before_script: [], image: null, services: [], retry: 0, inherit: {default: [retry]}}
            """;
        var job = Compiling.Job(yaml, "job");
        Assert.Equal(["setup", "a", "b"], job.Script);
        Assert.Equal(["c"], job.AfterScript);
        Assert.Equal((5400, "(\\d+)%", "sure?", true), (job.Timeout, job.Coverage, job.ManualConfirmation, job.Interruptible));
        Assert.Equal(("img:$TAG", "docker"), (job.Image!.Name, job.Services[0].Alias));
        Assert.Equal((2, 3), (job.Retry.Max, job.Retry.ExitCodes[0]));
        var bare = Compiling.Job(yaml, "bare");
        Assert.Equal(["x"], bare.Script);
        Assert.Equal((null, 0, 0, false), (bare.Image, bare.Services.Length, bare.Retry.Max, bare.Interruptible));
        Assert.Equal(3600, bare.Timeout);
    }

    [Fact]
    public void A_trigger_has_its_variables_replaced()
    {
        const string yaml = """
            variables: {TEAM: group, KIND: docs}
            other: {trigger: {project: $TEAM/app, branch: $CI_COMMIT_BRANCH, strategy: depend, forward: {pipeline_variables: true}}}
            generate: {stage: build, script: x, artifacts: {paths: [g.yml]}}
            child:
              variables: {KIND: lib}
              trigger:
                include:
                  - local: ci/$KIND.yml
                  - {artifact: g.yml, job: generate}
            """;
        var pipeline = Compiling.Pipeline(yaml);
        var (other, child) = (pipeline.Jobs.Single(job => job.Name == "other"), pipeline.Jobs.Single(job => job.Name == "child"));
        Assert.True(other.IsBridge);
        Assert.Equal(
            ("group/app", "main", "depend", true, true),
            (
                other.Trigger!.Project,
                other.Trigger.Branch,
                other.Trigger.Strategy,
                other.Trigger.ForwardPipelineVariables,
                other.Trigger.ForwardYamlVariables
            )
        );
        Assert.Equal(
            ["local ci/lib.yml ", "artifact g.yml generate"],
            child.Trigger!.Include.Select(include => $"{include.Kind} {include.Path} {include.Job}")
        );
        Assert.Empty(child.ArtifactsFrom);
    }
}
