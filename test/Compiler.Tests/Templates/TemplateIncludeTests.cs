using Slipway.Compiler.Tests.Evaluation;
using Xunit;

namespace Slipway.Compiler.Tests.Templates;

/// <summary><c>include:template</c>, from the includer's side.</summary>
public sealed class TemplateIncludeTests
{
    [Theory]
    [InlineData("Docker", "Included file `Docker` does not have YAML extension!", "Did you mean Docker.gitlab-ci.yml?")]
    [InlineData("Docker.yml", "Template file `Docker.yml` is not a valid location!", "Did you mean Docker.gitlab-ci.yml?")]
    [InlineData(
        "docker.gitlab-ci.yml",
        "Included file `docker.gitlab-ci.yml` is empty or does not exist!",
        "Did you mean Docker.gitlab-ci.yml?"
    )]
    [InlineData(
        "Secret-Detection.gitlab-ci.yml",
        "Included file `Secret-Detection.gitlab-ci.yml` is empty or does not exist!",
        "Did you mean Jobs/Secret-Detection.gitlab-ci.yml?"
    )]
    [InlineData(
        "Security/Secret-Detecton.gitlab-ci.yml",
        "Included file `Security/Secret-Detecton.gitlab-ci.yml` is empty or does not exist!",
        "Did you mean Security/Secret-Detection.gitlab-ci.yml?"
    )]
    [InlineData(
        "../Docker.gitlab-ci.yml",
        "Included file `../Docker.gitlab-ci.yml` is empty or does not exist!",
        "Did you mean Docker.gitlab-ci.yml?"
    )]
    [InlineData("[Docker.gitlab-ci.yml]", "Included file `[\"Docker.gitlab-ci.yml\"]` needs to be a string", null)]
    public void A_name_that_is_none_is_told_in_GitLabs_words(string name, string message, string? help)
    {
        var diagnostic = Assert.Single(Compiling.Compile($"include: {{template: {name}}}\njob: {{script: x}}\n").Diagnostics);
        Assert.Equal(message, diagnostic.Message);
        Assert.Equal(help, diagnostic.Help);
        Assert.Equal(1, diagnostic.At?.Line);
    }

    [Fact]
    public void A_name_like_no_other_is_sent_to_the_list()
    {
        var diagnostic = Assert.Single(
            Compiling.Compile("include: {template: Quite-Another-Thing-Altogether.gitlab-ci.yml}\n").Diagnostics
        );
        Assert.EndsWith("templates; slipway config templates lists their names.", diagnostic.Help);
    }

    [Theory]
    [InlineData("HTML.gitlab-ci.yml", "pages")]
    [InlineData("FailFast.gitlab-ci.yml", "rspec-rails-modified-path-specs")]
    [InlineData("SAST.gitlab-ci.yml", "semgrep-sast")]
    [InlineData("Pages/HTML.gitlab-ci.yml", "pages")]
    public void The_folders_that_GitLab_looks_into_need_not_be_named(string name, string job) =>
        Assert.Contains(job, Compiling.Compile($"include: {{template: {name}}}\n").Decisions.Select(decision => decision.Job));

    [Fact]
    public void Files_and_positions_name_a_template_as_such()
    {
        var compilation = Compiling.Compile("include: {template: Security/Secret-Detection.gitlab-ci.yml}\n");
        Assert.Equal(
            [".gitlab-ci.yml", "template:Security/Secret-Detection.gitlab-ci.yml", "template:Jobs/Secret-Detection.gitlab-ci.yml"],
            compilation.Files
        );
        Assert.Equal("template:Jobs/Secret-Detection.gitlab-ci.yml", Assert.Single(compilation.Pipeline!.Jobs).At.File);
    }

    [Fact]
    public void A_template_with_a_name_of_the_projects_own_file_is_another_file()
    {
        var pipeline = Compiling.Pipeline(
            "include: [Docker.gitlab-ci.yml, {template: Docker.gitlab-ci.yml}]\n",
            null,
            "Docker.gitlab-ci.yml=own: {script: x}",
            "Dockerfile"
        );
        Assert.Equal("docker-build own", pipeline.Names());
    }

    [Fact]
    public void The_includer_lays_its_own_over_a_templates_job()
    {
        var job = Compiling.Job(
            """
            include: {template: Docker.gitlab-ci.yml}
            docker-build:
              stage: deploy
              variables: {DOCKER_IMAGE_NAME: other/image, EXTRA: 1}
              tags: [big]
            """,
            "docker-build",
            null,
            "Dockerfile"
        );
        Assert.Equal("deploy", job.Stage);
        Assert.Equal("other/image", job.Value("DOCKER_IMAGE_NAME"));
        Assert.Equal("1", job.Value("EXTRA"));
        Assert.Equal(["big"], job.Tags);
        Assert.Contains("docker push \"$DOCKER_IMAGE_NAME\"", job.Script);
        Assert.Equal("docker:cli", job.Image?.Name);
    }

    [Fact]
    public void What_is_set_in_the_job_of_settings_holds_for_the_analyzers()
    {
        var job = Compiling.Job(
            "include: {template: Jobs/SAST.gitlab-ci.yml}\nstages: [scan]\nsast: {stage: scan, variables: {SEARCH_MAX_DEPTH: 9}}\n",
            "sobelow-sast",
            null,
            "mix.exs"
        );
        Assert.Equal("scan", job.Stage);
        Assert.Equal("9", job.Value("SEARCH_MAX_DEPTH"));
        Assert.Equal("registry.gitlab.com/security-products/sobelow:6", job.Value("SAST_ANALYZER_IMAGE"));
    }

    [Fact]
    public void The_images_come_from_where_the_includer_says()
    {
        var job = Compiling.Job(
            "include: {template: Jobs/Secret-Detection.gitlab-ci.yml}\nvariables: {SECURE_ANALYZERS_PREFIX: registry.example.com/scan}\n",
            "secret_detection"
        );
        Assert.Equal("$SECURE_ANALYZERS_PREFIX/secrets:$SECRETS_ANALYZER_VERSION$SECRET_DETECTION_IMAGE_SUFFIX", job.Image?.Name);
        Assert.Equal("registry.example.com/scan", job.Value("SECURE_ANALYZERS_PREFIX"));
    }

    [Fact]
    public void A_templates_hidden_job_can_be_extended()
    {
        var job = Compiling.Job(
            """
            include: {template: Terraform/Base.gitlab-ci.yml}
            stages: [plan]
            plan: {extends: .terraform:build, stage: plan}
            """,
            "plan"
        );
        Assert.Equal(["gitlab-terraform plan", "gitlab-terraform plan-json"], job.Script);
        Assert.Equal("default", job.ResourceGroup);
    }

    [Fact]
    public void A_template_takes_inputs()
    {
        var job = Compiling.Job(
            """
            include:
              - template: Jobs/Dependency-Scanning.v2.gitlab-ci.yml
                inputs: {job_name: packages, stage: build, max_scan_depth: -1, allow_failure: false}
            """,
            "packages"
        );
        Assert.Equal("build", job.Stage);
        Assert.False(job.AllowFailure);
        Assert.Contains("export DS_MAX_DEPTH=\"${DS_MAX_DEPTH:--1}\"", job.Script);
    }

    [Fact]
    public void An_input_that_a_template_has_not_is_told_with_its_name()
    {
        var yaml = "include: [{template: Jobs/Dependency-Scanning.v2.gitlab-ci.yml, inputs: {stag: build}}]\n";
        var diagnostic = Assert.Single(Compiling.Compile(yaml).Diagnostics);
        Assert.StartsWith("`Jobs/Dependency-Scanning.v2.gitlab-ci.yml`: ", diagnostic.Message);
        Assert.Equal(1, diagnostic.At?.Line);
    }

    [Theory]
    [InlineData(true, "dependency-scanning")]
    [InlineData(false, "")]
    public void An_input_keeps_dependency_scanning_out_of_merge_requests(bool enabled, string jobs)
    {
        var compilation = Compiling.Compile(
            $"""
            include:
              - template: Jobs/Dependency-Scanning.v2.gitlab-ci.yml
                inputs: {"{"}enable_mr_pipelines: {(enabled ? "true" : "false")}{"}"}
            """,
            Compiling.MergeRequest()
        );
        Assert.Equal(jobs, compilation.Pipeline?.Names() ?? "");
    }

    [Fact]
    public void A_stage_that_the_includer_lacks_is_told_at_the_template()
    {
        var errors = Compiling.Compile("include: {template: Security/DAST.gitlab-ci.yml}\n").Diagnostics;
        var error = Assert.Single(errors);
        Assert.Equal("dast job: chosen stage dast does not exist; available stages are .pre, build, test, deploy, .post", error.Message);
        Assert.Equal("template:Security/DAST.gitlab-ci.yml", error.At?.File);
    }

    [Fact]
    public void Fail_fast_runs_in_pipelines_of_merged_results()
    {
        var merged = Compiling.MergeRequest() with { ChangedPaths = _ => ["app/models/user.rb"] };
        merged = merged with { MergeRequest = merged.MergeRequest! with { EventType = "merged_result" } };
        Assert.Equal(
            "rspec-rails-modified-path-specs",
            Compiling
                .Pipeline("include: {template: Verify/FailFast.gitlab-ci.yml}\nown: {script: x, rules: [{if: $CI}]}", merged)
                .Jobs[0]
                .Name
        );
    }

    [Theory]
    [InlineData("v1.2.3", "publish")]
    [InlineData("v1.2", "")]
    public void A_package_is_published_for_the_tag_of_a_version(string tag, string jobs) =>
        Assert.Equal(jobs, Compiling.Compile("include: {template: npm.gitlab-ci.yml}\n", Compiling.Tag(tag)).Pipeline?.Names() ?? "");

    [Fact]
    public void A_package_is_published_when_its_description_has_changed()
    {
        var changed = Compiling.Branch() with { ChangedPaths = _ => ["package.json"] };
        Assert.Equal("publish", Compiling.Pipeline("include: {template: npm.gitlab-ci.yml}\n", changed).Names());
    }

    [Fact]
    public void Auto_DevOps_hands_the_built_image_to_the_deployment()
    {
        var pipeline = Compiling.Pipeline(
            "include: {template: Auto-DevOps.gitlab-ci.yml}\n",
            Compiling.Branch().WithProject("KUBECONFIG=x"),
            "Dockerfile"
        );
        Assert.Equal("build test code_quality container_scanning secret_detection production browser_performance", pipeline.Names());
        Assert.Equal(["build"], pipeline.Jobs.First(job => job.Name == "production").ArtifactsFrom);
    }

    [Fact]
    public void Auto_DevOps_starts_nothing_in_a_project_it_cannot_build() =>
        Assert.Equal(
            "Pipeline filtered out by workflow rules.",
            Compiling.Compile("include: {template: Auto-DevOps.gitlab-ci.yml}\n", null, "README.md").Refusal
        );

    [Theory]
    [InlineData("{template: $KIND.gitlab-ci.yml}", "build1 test1 test2 deploy1")]
    [InlineData("{template: Bash.gitlab-ci.yml, rules: [{if: $KIND == 'Bash'}]}", "build1 test1 test2 deploy1")]
    [InlineData("{template: Bash.gitlab-ci.yml, rules: [{if: $KIND == 'Go'}]}", "own")]
    [InlineData("[{template: Bash.gitlab-ci.yml}, {template: Bash.gitlab-ci.yml}]", "build1 test1 test2 deploy1")]
    public void A_template_is_included_by_variable_and_by_rule(string include, string jobs)
    {
        var own = jobs == "own" ? "own: {script: x}" : "";
        Assert.Equal(jobs, Compiling.Pipeline($"include: {include}\n{own}", Compiling.Branch().WithProject("KIND=Bash")).Names());
    }

    [Fact]
    public void A_child_pipeline_may_be_a_template()
    {
        var bridge = Compiling.Job("child: {trigger: {include: [{template: Getting-Started.gitlab-ci.yml}]}}\n", "child");
        var child = PipelineCompiler.Compile(
            new ConfigSource.Child([.. bridge.Trigger!.Include.Select(include => new ChildInclude(include))]),
            ProjectTree.Empty,
            Compiling.Branch() with
            {
                Source = "parent_pipeline",
            },
            TestContext.Current.CancellationToken
        );
        Assert.Empty(child.Diagnostics);
        Assert.Equal("build-job unit-test-job lint-test-job deploy-job", child.Pipeline!.Names());
    }
}
