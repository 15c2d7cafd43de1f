using Slipway.Compiler;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>only, except, workflow and the kinds of pipelines: gitlab-ci-yaml §6.3, §8.6, §9, §15.4.</summary>
public sealed class PipelineTypeTests
{
    private const string Filtered =
        "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.";

    private static PipelineContext ContextOf(string kind) =>
        kind switch
        {
            "branch" => Compiling.Branch(),
            "tag" => Compiling.Tag(),
            "mr" => Compiling.MergeRequest(),
            _ => Compiling.Branch() with { Source = kind },
        };

    [Theory]
    [InlineData("", "branch", true)]
    [InlineData("", "tag", true)]
    [InlineData("", "mr", false)]
    [InlineData("", "schedule", true)]
    [InlineData("only: [branches]", "branch", true)]
    [InlineData("only: [branches]", "tag", false)]
    [InlineData("only: [branches]", "mr", false)]
    [InlineData("only: [tags]", "tag", true)]
    [InlineData("only: [merge_requests]", "mr", true)]
    [InlineData("only: [merge_requests]", "branch", false)]
    [InlineData("only: [pushes]", "branch", true)]
    [InlineData("only: [pushes]", "web", false)]
    [InlineData("only: [push]", "branch", true)]
    [InlineData("only: [web]", "web", true)]
    [InlineData("only: [schedules]", "schedule", true)]
    [InlineData("only: [triggers]", "trigger", true)]
    [InlineData("only: [pipelines]", "pipeline", true)]
    [InlineData("only: [api]", "api", true)]
    [InlineData("only: [external_pull_requests]", "external_pull_request_event", true)]
    [InlineData("only: [main]", "branch", true)]
    [InlineData("only: [main]", "mr", false)]
    [InlineData("only: [mai]", "branch", false)]
    [InlineData("only: [/^ma/]", "branch", true)]
    [InlineData("only: [/^MA/i]", "branch", true)]
    [InlineData("only: [/^MA/]", "branch", false)]
    [InlineData("only: [/^feat/]", "mr", false)]
    [InlineData("only: [main@group/sub/project]", "branch", true)]
    [InlineData("only: [main@other/project]", "branch", false)]
    [InlineData("only: [branches@group/sub/project]", "branch", true)]
    [InlineData("only: [/^main$/, tags]", "tag", true)]
    [InlineData("only: {refs: [main]}", "branch", true)]
    [InlineData("only: {variables: [$CI_COMMIT_BRANCH == \"main\"]}", "branch", true)]
    [InlineData("only: {variables: [$UNDEF, $CI]}", "branch", true)]
    [InlineData("only: {variables: [$UNDEF]}", "branch", false)]
    [InlineData("only: {variables: [$CI]}", "mr", false)]
    [InlineData("only: {refs: [main], variables: [$UNDEF]}", "branch", false)]
    [InlineData("only: {changes: [src/**/*]}", "branch", true)]
    [InlineData("only: {changes: [docs/*]}", "branch", false)]
    [InlineData("only: {changes: [docs/*]}", "tag", true)]
    [InlineData("variables: {DIR: src}\n  only: {changes: [$DIR/*]}", "branch", false)]
    [InlineData("variables: {DIR: src}\n  except: {changes: [$DIR/*]}", "branch", true)]
    [InlineData("variables: {DIR: src}\n  rules: [{changes: [$DIR/*]}]", "branch", true)]
    [InlineData("only: {kubernetes: active}", "branch", false)]
    [InlineData("except: [main]", "branch", false)]
    [InlineData("except: [tags]", "branch", true)]
    [InlineData("except: [tags]", "mr", false)]
    [InlineData("except: {variables: [$CI]}", "branch", false)]
    [InlineData("except: {refs: [tags], variables: [$CI]}", "branch", false)]
    [InlineData("except: {refs: [tags], variables: [$UNDEF]}", "branch", true)]
    [InlineData("only: [branches]\n  except: [main]", "branch", false)]
    [InlineData("rules: [{if: $CI}]", "mr", true)]
    [InlineData("only: null", "branch", true)]
    public void Only_and_except_choose_pipelines(string keywords, string kind, bool included)
    {
        var context = ContextOf(kind);
        if (kind != "tag")
            context = context with { ChangedPaths = _ => ["src/a.c"] };
        var compilation = Compiling.Compile(
            $"job:\n  script: x\n  {keywords}\nalways: {{script: x, rules: [{{when: always}}]}}\n",
            context
        );
        Assert.Equal(included, compilation.Pipeline!.Jobs.Any(job => job.Name == "job"));
    }

    [Fact]
    public void With_workflow_rules_jobs_without_rules_run_in_merge_requests_too()
    {
        const string yaml = """
            workflow: {rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]}
            plain: {script: x}
            branches: {script: x, only: [branches]}
            """;
        Assert.Equal("plain", Compiling.Pipeline(yaml, Compiling.MergeRequest()).Names());
    }

    [Fact]
    public void A_pipeline_the_workflow_does_not_want_is_refused()
    {
        var compilation = Compiling.Compile("workflow: {rules: [{if: $CI_COMMIT_TAG}, {if: $CI, when: never}]}\njob: {script: x}");
        Assert.True(compilation.IsValid);
        Assert.Null(compilation.Pipeline);
        Assert.Equal("Pipeline filtered out by workflow rules.", compilation.Refusal);
        Assert.Equal([false, true], compilation.WorkflowRules.Select(rule => rule.Matched));
        Assert.False(Assert.Single(compilation.Decisions).Included);
    }

    [Theory]
    [InlineData("job: {script: x, rules: [{when: never}]}")]
    [InlineData("job: {script: x, only: [tags]}")]
    [InlineData("first: {stage: .pre, script: x}\nlast: {stage: .post, script: x}")]
    public void A_pipeline_without_jobs_of_its_own_is_refused(string yaml)
    {
        var compilation = Compiling.Compile(yaml);
        Assert.True(compilation.IsValid);
        Assert.Null(compilation.Pipeline);
        Assert.Equal(Filtered, compilation.Refusal);
        Assert.NotEmpty(compilation.Decisions);
    }

    [Fact]
    public void The_workflow_names_the_pipeline_and_sets_variables()
    {
        const string yaml = """
            variables: {WHAT: global, KEPT: global}
            workflow:
              name: ' $WHAT of $CI_COMMIT_BRANCH $UNDEF'
              auto_cancel: {on_new_commit: interruptible, on_job_failure: all}
              rules:
                - if: $WHAT == "global"
                  variables: {WHAT: 'rule on $CI_COMMIT_REF_NAME', NEW: rule}
                  auto_cancel: {on_new_commit: none}
            job: {script: x, rules: [{if: $NEW == "rule"}]}
            own: {script: x, variables: {WHAT: job}}
            """;
        var pipeline = Compiling.Pipeline(yaml);
        Assert.Equal("rule on main of main", pipeline.Name);
        Assert.Equal(new AutoCancel("none", "all"), pipeline.AutoCancel);
        Assert.Equal(["WHAT", "KEPT", "NEW"], pipeline.YamlVariables.Select(variable => variable.Key));
        Assert.Equal("rule on main", pipeline.Jobs[0].Value("WHAT"));
        Assert.Equal("job", pipeline.Jobs[1].Value("WHAT"));
        Assert.Equal("rule on main of main", pipeline.Jobs[0].Value("CI_PIPELINE_NAME"));
    }

    [Fact]
    public void Workflow_rules_see_no_job()
    {
        Assert.NotNull(Compiling.Compile("workflow: {rules: [{if: $CI_JOB_NAME}]}\njob: {script: x}").Refusal);
        Assert.Null(Compiling.Compile("workflow: {rules: [{if: $GITLAB_USER_LOGIN}]}\njob: {script: x}").Refusal);
    }

    [Fact]
    public void A_pipeline_without_a_name_or_with_a_blank_one_is_unnamed()
    {
        Assert.Null(Compiling.Pipeline("job: {script: x}").Name);
        Assert.Null(Compiling.Pipeline("workflow: {name: $UNDEF}\njob: {script: x}").Name);
    }

    [Fact]
    public void A_name_that_grows_too_long_is_an_error() =>
        Assert.Equal(
            ["Pipeline name is too long (maximum is 255 characters)"],
            Compiling.Errors("workflow: {name: $A$A$A}\njob: {script: x}", Compiling.Branch().With("A=" + new string('a', 100)))
        );

    [Fact]
    public void Merge_requests_have_their_variables_and_no_branch()
    {
        var job = Compiling.Job("job: {script: x, rules: [{if: $CI_MERGE_REQUEST_IID == \"7\"}]}", "job", Compiling.MergeRequest());
        Assert.Equal("main", job.Value("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"));
        Assert.Equal("feature", job.Value("CI_COMMIT_REF_NAME"));
        Assert.Null(job.Value("CI_COMMIT_BRANCH"));
        Assert.Null(Compiling.Job("job: {script: x}", "job", Compiling.Tag()).Value("CI_COMMIT_BRANCH"));
        Assert.Equal("v1.0", Compiling.Job("job: {script: x}", "job", Compiling.Tag()).Value("CI_COMMIT_TAG"));
    }
}
