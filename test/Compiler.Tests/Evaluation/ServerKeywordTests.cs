using Xunit;
using static Slipway.Compiler.CompiledJob;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>What takes more than a shell: tokens, secrets, sites, steps, a job's inputs. https://docs.gitlab.com/ci/yaml/</summary>
public sealed class ServerKeywordTests
{
    [Fact]
    public void Id_tokens_keep_what_their_audience_is()
    {
        const string yaml = """
            default: {id_tokens: {FROM_DEFAULT: {aud: $SERVER}}}
            own:
              script: x
              id_tokens:
                ONE: {aud: https://vault.example.com}
                LIST: {aud: [sigstore]}
            inherits: {script: x}
            none: {script: x, id_tokens: {}}
            """;
        var jobs = Compiling.Pipeline(yaml).Jobs;
        Assert.Equal(
            ["ONE https://vault.example.com False", "LIST sigstore True"],
            jobs[0].IdTokens.Select(token => $"{token.Name} {string.Join(',', token.Audiences)} {token.IsList}")
        );
        Assert.Equal(["FROM_DEFAULT"], jobs[1].IdTokens.Select(token => token.Name));
        Assert.Empty(jobs[2].IdTokens);
    }

    [Theory]
    [InlineData("vault: production/db/password", "kv-v2 kv-v2 production/db password")]
    [InlineData("vault: production/db/password@ops", "kv-v2 ops production/db password")]
    [InlineData("vault: a@b/c@d/e", "kv-v2 d/e a@b c")]
    [InlineData("vault: password", "kv-v2 kv-v2  password")]
    [InlineData("vault: {engine: {name: generic, path: ops}, path: p, field: f}", "generic ops p f")]
    public void A_vault_secret_can_be_said_in_short(string source, string expected)
    {
        var secret = Secret($"{{{source}}}");
        var vault = Assert.IsType<SecretSource.Vault>(secret.Source);
        Assert.Equal(expected, $"{vault.EngineName} {vault.EnginePath} {vault.Path} {vault.Field}");
        Assert.True(secret.File);
        Assert.Null(secret.Token);
    }

    [Fact]
    public void Each_provider_has_its_own_words()
    {
        Assert.Equal(new SecretSource.Azure("n", "2"), Secret("{azure_key_vault: {name: n, version: '2'}}").Source);
        Assert.Equal(new SecretSource.Gcp("n", "7"), Secret("{gcp_secret_manager: {name: n, version: 7}, token: $T}").Source);
        Assert.Equal(new SecretSource.Gcp("n", "latest"), Secret("{gcp_secret_manager: {name: n}, token: $T}").Source);
        Assert.Equal(new SecretSource.Aws("app/db", "password"), Secret("{aws_secrets_manager: 'app/db#password'}").Source);
        Assert.Equal(new SecretSource.Aws("app/db", null), Secret("{aws_secrets_manager: app/db}").Source);
        Assert.Equal(
            new SecretSource.Aws("i", "f")
            {
                Region = "r",
                VersionStage = "AWSCURRENT",
                RoleArn = "arn",
            },
            Secret("{aws_secrets_manager: {secret_id: i, field: f, region: r, version_stage: AWSCURRENT, role_arn: arn}}").Source
        );
        Assert.Equal(new SecretSource.Gitlab("n", "group/g"), Secret("{gitlab_secrets_manager: {name: n, source: group/g}}").Source);
        Assert.Equal("azure_key_vault", Secret("{azure_key_vault: {name: n}}").Source.Provider);
    }

    [Fact]
    public void A_secret_says_whether_it_is_a_file_and_which_token_opens_it()
    {
        var secret = Secret("{vault: a/b, file: false, token: $VAULT_TOKEN}");
        Assert.Equal((false, "$VAULT_TOKEN"), (secret.File, secret.Token));
    }

    private static Secret Secret(string yaml) => Assert.Single(Compiling.Job($"job: {{script: x, secrets: {{S: {yaml}}}}}", "job").Secrets);

    [Fact]
    public void Identity_and_profiles_are_kept()
    {
        var job = Compiling.Job(
            "default: {identity: google_cloud}\njob: {script: x, dast_configuration: {site_profile: a b, scanner_profile: c}}",
            "job"
        );
        Assert.Equal("google_cloud", job.Identity);
        Assert.Equal(new DastProfiles("a b", "c"), job.DastConfiguration);
    }

    [Fact]
    public void Run_is_kept_as_it_is_written()
    {
        var job = Compiling.Job(
            """
            job:
              run:
                - name: greet
                  script: echo "hi"
                  env: {WHO: you}
                - {name: other, step: gitlab.com/a/b@v1, inputs: {n: 1, list: [a, 2.5, ~, .inf]}}
            """,
            "job"
        );
        Assert.Equal(
            """[{"name":"greet","script":"echo \"hi\"","env":{"WHO":"you"}},{"name":"other","step":"gitlab.com/a/b@v1","inputs":{"n":1,"list":["a",2.5,null,null]}}]""",
            job.Run
        );
        Assert.Empty(job.Script);
        Assert.False(job.IsBridge);
    }

    [Fact]
    public void A_jobs_inputs_have_their_defaults_in_their_types()
    {
        var inputs = Compiling
            .Job(
                """
                job:
                  script: x
                  inputs:
                    text: {default: a "b"}
                    number: {type: number, default: 3.5, description: how many}
                    flag: {type: boolean, default: false}
                    list: {type: array, default: [a, 1]}
                    chosen: {default: b, options: [a, b], regex: '^[ab]$'}
                """,
                "job"
            )
            .Inputs;
        Assert.Equal(
            ["text string \"a \\\"b\\\"\"", "number number 3.5", "flag boolean false", "list array [\"a\",1]", "chosen string \"b\""],
            inputs.Select(input => $"{input.Name} {input.Type} {input.Default}")
        );
        Assert.Equal("how many", inputs[1].Description);
        Assert.Equal(["a", "b"], inputs[4].Options);
        Assert.Equal("^[ab]$", inputs[4].Regex);
    }

    [Theory]
    [InlineData("pages: {script: x}", "public - -")]
    [InlineData("pages: {script: x, publish: dist}", "dist - -")]
    [InlineData("site: {script: x, pages: true}", "public - -")]
    [InlineData("site: {script: x, pages: {publish: $WHERE/out}, variables: {WHERE: build}}", "build/out - -")]
    [InlineData(
        "site: {script: x, pages: {path_prefix: 'Feature/$CI_COMMIT_BRANCH-', expire_in: $D}, variables: {D: 2 days}}",
        "public feature-main 2 days"
    )]
    [InlineData("site: {script: x, pages: {path_prefix: '--', expire_in: never}}", "public - never")]
    public void Pages_say_what_is_published(string yaml, string expected)
    {
        var job = Assert.Single(Compiling.Pipeline(yaml).Jobs);
        Assert.Equal(expected, $"{job.Pages!.Publish} {job.Pages.PathPrefix ?? "-"} {job.Pages.ExpireIn ?? "-"}");
    }

    [Theory]
    [InlineData("site: {script: x}")]
    [InlineData("pages: {script: x, pages: false}")]
    [InlineData("site: {script: x, pages: {}}")]
    public void Other_jobs_publish_nothing(string yaml) => Assert.Null(Assert.Single(Compiling.Pipeline(yaml).Jobs).Pages);

    [Fact]
    public void A_prefix_is_cut_at_63_characters() =>
        Assert.Equal(
            new string('a', 62),
            Compiling.Job($"j: {{script: x, pages: {{path_prefix: {new string('a', 62)}.b}}}}", "j").Pages!.PathPrefix
        );

    [Theory]
    [InlineData("{paths: [a]}", "all -")]
    [InlineData("{paths: [a], public: false}", "developer -")]
    [InlineData("{paths: [a], access: maintainer, expose_as: The report}", "maintainer The report")]
    [InlineData("{paths: [a], access: none}", "none -")]
    public void Artifacts_say_who_may_have_them(string artifacts, string expected)
    {
        var job = Compiling.Job($"j: {{script: x, artifacts: {artifacts}}}", "j");
        Assert.Equal(expected, $"{job.ArtifactsAccess} {job.ArtifactsExposedAs ?? "-"}");
    }

    [Fact]
    public void An_environment_names_its_cluster_and_its_tier_may_come_from_a_variable()
    {
        const string yaml = """
            variables: {TIER: staging, BAD: nonsense}
            job:
              script: x
              environment:
                name: customer-portal
                deployment_tier: $TIER
                kubernetes:
                  agent: $CI_PROJECT_PATH:prod
                  managed_resources: {enabled: false}
                  dashboard: {namespace: shop, flux_resource_path: helm/x}
            old: {script: x, environment: {name: live, deployment_tier: $BAD, kubernetes: {agent: a, namespace: n}}}
            """;
        var jobs = Compiling.Pipeline(yaml).Jobs;
        Assert.Equal("staging", jobs[0].Environment!.Tier);
        Assert.Equal(new DeployEnvironment.Cluster("group/sub/project:prod", "shop", "helm/x", false), jobs[0].Environment!.Kubernetes);
        Assert.Equal("production", jobs[1].Environment!.Tier);
        Assert.Equal(new DeployEnvironment.Cluster("a", "n", null, null), jobs[1].Environment!.Kubernetes);
    }

    [Fact]
    public void A_bridge_without_trigger_shows_another_pipelines_status()
    {
        const string yaml = "mirror: {needs: {pipeline: $GROUP/other}, variables: {GROUP: g}}\nchild: {trigger: g/p, needs: [mirror]}\n";
        var jobs = Compiling.Pipeline(yaml).Jobs;
        Assert.Equal(("g/other", "mirror", true), (jobs[0].UpstreamProject, jobs[0].BridgeStrategy, jobs[0].IsBridge));
        Assert.Equal((null, null, true), (jobs[1].UpstreamProject, jobs[1].BridgeStrategy, jobs[1].IsBridge));
        Assert.Null(jobs[0].Needs);
    }

    [Fact]
    public void Files_commits_make_a_key_of_the_newest_commits()
    {
        const string yaml = """
            both: {script: x, cache: {paths: [v], key: {files_commits: [lock, package.json], prefix: p}}}
            gone: {script: x, cache: {paths: [v], key: {files_commits: [nowhere]}}}
            same: {script: x, cache: {paths: [v], key: {files_commits: [package.json, lock], prefix: p}}}
            """;
        var commits = new Dictionary<string, string> { ["lock"] = new('a', 40), ["package.json"] = new('b', 40) };
        var tree = ProjectTree.Empty with { LastCommit = path => commits.GetValueOrDefault(path) };
        var keys = PipelineCompiler
            .Compile(new ConfigSource.Text("f.yml", yaml), tree, Compiling.Branch(), TestContext.Current.CancellationToken)
            .Pipeline!.Jobs.Select(job => job.Caches[0].Key)
            .ToArray();
        // printf aaaa…-bbbb… | sha1sum
        Assert.Equal("p-a841f504717691301aa64219d24aeadeae77bb83-non_protected", keys[0]);
        Assert.Equal("0-default-non_protected", keys[1]);
        Assert.Equal(keys[0], keys[2]);
    }

    [Theory]
    [InlineData("changes: {regexp: '^src/.*\\.cs$'}", true)]
    [InlineData("changes: {regexp: 'docs|\\.md\\z'}", false)]
    [InlineData("changes: {regexp: '^$DIR/'}", true)]
    [InlineData("exists: {regexp: '\\ADockerfile\\z'}", true)]
    [InlineData("exists: {regexp: 'dockerfile'}", false)]
    [InlineData("exists: {regexp: '(?i)dockerfile'}", true)]
    [InlineData("changes: {regexp: '\\A(?!src/|README)'}", false)]
    [InlineData("changes: {regexp: '\\A(?!$DIR/)'}", true)]
    [InlineData("changes: {regexp: '^(?!docs/).*(?<!\\.md)$'}", true)]
    public void A_path_may_be_searched_for_with_a_pattern(string clause, bool expected)
    {
        var context = Compiling.Branch() with { ChangedPaths = _ => ["README", "src/a.cs"] };
        var yaml = $"job: {{script: x, variables: {{DIR: src}}, rules: [{{{clause}}}]}}\nalways: {{script: x, rules: [{{when: always}}]}}";
        Assert.Equal(expected ? "job always" : "always", Compiling.Pipeline(yaml, context, "Dockerfile", "src/a.cs").Names());
    }

    [Theory]
    [InlineData("changes: {regexp: '(?=a)'}", "rules:changes:regexp is not a regular expression that runs in linear time, as RE2 has them")]
    [InlineData("exists: {regexp: '(a)\\1'}", "rules:exists:regexp is not a regular expression that runs in linear time, as RE2 has them")]
    [InlineData("changes: {regexp: $LONG}", "rules:changes:regexp is too long (maximum is 255 characters after variable expansion)")]
    public void A_pattern_that_cannot_be_searched_with_fails_the_pipeline(string clause, string error)
    {
        var context = (Compiling.Branch() with { ChangedPaths = _ => ["a"] }).With("LONG=" + new string('a', 256));
        Assert.Equal([$"Failed to parse rule for job: {error}"], Compiling.Errors($"job: {{script: x, rules: [{{{clause}}}]}}", context));
    }

    [Fact]
    public void An_include_may_hang_on_a_pattern()
    {
        const string yaml = "include: {local: a.yml, rules: [{exists: {regexp: '^Docker'}}]}\njob: {script: x}";
        Assert.Equal("job", Compiling.Pipeline(yaml, null, "a.yml=extra: {script: x}").Names());
        Assert.Equal("extra job", Compiling.Pipeline(yaml, null, "a.yml=extra: {script: x}", "Dockerfile").Names());
    }
}
