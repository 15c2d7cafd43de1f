using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Evaluation;

/// <summary>Precedence and replacement: gitlab-ci-yaml §10, §11 and the pitfalls 15, 16 and 26.</summary>
public sealed class JobVariablesTests
{
    private const string Yaml = """
        variables: {A: global, B: global, C: global, D: global, CI_COMMIT_BRANCH: mine, GITLAB_USER_LOGIN: mine}
        job:
          script: x
          variables: {B: job, C: job, D: job}
          rules: [{if: $CI, variables: {C: rule, D: rule}}]
        """;

    [Theory]
    [InlineData("A", "global")]
    [InlineData("B", "job")]
    [InlineData("C", "rule")]
    [InlineData("D", "project")]
    [InlineData("E", "pipeline")]
    [InlineData("CI_COMMIT_BRANCH", "mine")]
    [InlineData("GITLAB_USER_LOGIN", "local")]
    [InlineData("CI_PROJECT_NAME", "pipeline")]
    public void The_higher_origin_wins(string name, string value)
    {
        var context = Compiling.Branch().WithProject("D=project", "E=project").With("E=pipeline", "CI_PROJECT_NAME=pipeline");
        Assert.Equal(value, Compiling.Job(Yaml, "job", context).Value(name));
    }

    [Fact]
    public void Dotenv_ranks_above_the_YAML_and_below_the_projects_variables()
    {
        var job = Compiling.Job(Yaml, "job", Compiling.Branch().WithProject("D=project").With("E=pipeline"));
        var below = job.Variables[..job.DotenvAt].Select(variable => variable.Key).ToArray();
        var above = job.Variables[job.DotenvAt..].Select(variable => variable.Key).ToArray();
        Assert.Contains("A", below);
        Assert.Contains("GITLAB_USER_LOGIN", below);
        Assert.Equal(["D", "E"], above);
    }

    [Fact]
    public void Values_refer_to_each_other_across_origins()
    {
        const string yaml = """
            variables:
              IMAGE: $REGISTRY/app
              TAG: '$IMAGE:$CI_COMMIT_SHORT_SHA'
              RAW: {value: $TAG, expand: false}
              LATER: $CI_JOB_ID-$UNDEF
              DOLLAR: $$HOME
            job: {script: x, variables: {REGISTRY: 'reg.example', PATH: '$PATH:/opt'}}
            """;
        var job = Compiling.Job(yaml, "job");
        Assert.Equal("reg.example/app:01234567", job.Value("TAG"));
        Assert.Equal("$TAG", job.Value("RAW"));
        Assert.Equal("$CI_JOB_ID-$UNDEF", job.Value("LATER"));
        Assert.Equal("$$HOME", job.Value("DOLLAR"));
        Assert.Equal("$PATH:/opt", job.Value("PATH"));
    }

    [Fact]
    public void YAML_types_become_Rubys_texts()
    {
        var job = Compiling.Job("variables: {A: 012345, B: yes, C: 1.10, D: '012', E: 1_000}\njob: {script: x}", "job");
        Assert.Equal(
            ("5349", "true", "1.1", "012", "1000"),
            (job.Value("A"), job.Value("B"), job.Value("C"), job.Value("D"), job.Value("E"))
        );
    }

    [Theory]
    [InlineData("variables: {A: $B, B: $A}\njob: {script: x}", "job: circular variable reference detected: [\"A\", \"B\"]")]
    [InlineData("variables: {A: $B}\njob: {script: x, variables: {B: $A}}", "job: circular variable reference detected: [\"A\", \"B\"]")]
    [InlineData(
        "variables: {A: $B, B: $C}\njob: {script: x, variables: {C: $A}}",
        "job: circular variable reference detected: [\"A\", \"B\", \"C\"]"
    )]
    [InlineData("variables: {A: $A}\njob: {script: x}", null)]
    [InlineData("variables: {A: $B, B: $A}\njob: {script: x, variables: {A: ok}}", null)]
    [InlineData("variables: {A: $B, B: $A}\njob: {script: x, inherit: {variables: false}}", null)]
    [InlineData("variables: {A: $B, B: $A}\njob: {script: x, inherit: {variables: [A]}}", null)]
    [InlineData(
        "job: {script: x, environment: {name: prod, url: 'http://$HOST'}, variables: {HOST: $CI_ENVIRONMENT_URL}}",
        "job: circular variable reference detected: [\"CI_ENVIRONMENT_URL\", \"HOST\"]"
    )]
    public void Circles_of_variables_are_refused(string yaml, string? error) =>
        Assert.Equal(error is null ? [] : [error], Compiling.Errors(yaml));

    [Fact]
    public void Circles_are_told_of_each_job_that_has_them() =>
        Assert.Equal(
            ["a: circular variable reference detected: [\"A\", \"B\"]", "c: circular variable reference detected: [\"A\", \"B\"]"],
            Compiling.Errors("variables: {A: $B, B: $A}\na: {script: x}\nb: {script: x, variables: {B: ok}}\nc: {script: x}")
        );

    [Theory]
    [InlineData("true", "A=1 B=2 C=3")]
    [InlineData("false", "C=3")]
    [InlineData("[B]", "B=2 C=3")]
    public void A_job_chooses_which_global_variables_it_inherits(string inherit, string expected)
    {
        var job = Compiling.Job(
            $"variables: {{A: 1, B: 2}}\njob: {{script: x, variables: {{C: 3}}, inherit: {{variables: {inherit}}}}}",
            "job"
        );
        Assert.Equal(expected, string.Join(' ', job.YamlVariables.Select(variable => $"{variable.Key}={variable.Value}")));
    }

    [Fact]
    public void Project_variables_may_be_meant_for_an_environment()
    {
        var context = Compiling.Branch() with
        {
            ProjectVariables =
            [
                new ScopedVariable(new Variable("KEY", "exact"), "review/main") { Level = 2 },
                new ScopedVariable(new Variable("KEY", "pattern"), "review/*") { Level = 2 },
                new ScopedVariable(new Variable("KEY", "all")) { Level = 2 },
                new ScopedVariable(new Variable("KEY", "group"), "review/main") { Level = 1 },
                new ScopedVariable(new Variable("OTHER", "production"), "production") { Level = 2 },
            ],
        };
        const string yaml = """
            none: {script: x}
            exact: {script: x, environment: 'review/$CI_COMMIT_BRANCH'}
            pattern: {script: x, environment: review/x, rules: [{if: $KEY == "pattern"}]}
            other: {script: x, environment: staging, rules: [{if: $OTHER, when: never}, {if: $CI}]}
            """;
        var pipeline = Compiling.Pipeline(yaml, context);
        Assert.Equal(["all", "exact", "pattern", "all"], pipeline.Jobs.Select(job => job.Value("KEY")));
    }

    [Fact]
    public void The_registry_is_known_only_when_there_is_one()
    {
        Assert.Null(Compiling.Job("job: {script: x}", "job").Value("CI_REGISTRY"));
        var project = Compiling.Branch().Project with { Registry = "localhost:5000", Path = "Group/App" };
        Assert.Equal(
            "localhost:5000/group/app",
            Compiling.Job("job: {script: x}", "job", Compiling.Branch() with { Project = project }).Value("CI_REGISTRY_IMAGE")
        );
        Assert.Equal("given", Compiling.Job("job: {script: x}", "job", Compiling.Branch().With("CI_REGISTRY=given")).Value("CI_REGISTRY"));
    }

    [Theory]
    [InlineData("CI", "true")]
    [InlineData("GITLAB_CI", "true")]
    [InlineData("CI_COMMIT_SHORT_SHA", "01234567")]
    [InlineData("CI_COMMIT_TITLE", "Fix the door")]
    [InlineData("CI_COMMIT_DESCRIPTION", "\nIt was stuck.")]
    [InlineData("CI_COMMIT_REF_SLUG", "feature-x")]
    [InlineData("CI_COMMIT_REF_PROTECTED", "false")]
    [InlineData("CI_DEFAULT_BRANCH", "main")]
    [InlineData("CI_CONFIG_PATH", ".gitlab-ci.yml")]
    [InlineData("CI_PROJECT_PATH_SLUG", "group-sub-project")]
    [InlineData("CI_PROJECT_NAMESPACE", "group/sub")]
    [InlineData("CI_PROJECT_ROOT_NAMESPACE", "group")]
    [InlineData("CI_PROJECT_URL", "http://localhost/group/sub/project")]
    [InlineData("CI_SERVER_HOST", "localhost")]
    [InlineData("CI_SERVER_FQDN", "localhost")]
    [InlineData("CI_SERVER_PORT", "80")]
    [InlineData("CI_SERVER_PROTOCOL", "http")]
    [InlineData("CI_SERVER_VERSION_MAJOR", "19")]
    [InlineData("CI_API_V4_URL", "http://localhost/api/v4")]
    [InlineData("CI_JOB_NAME_SLUG", "my-job")]
    [InlineData("CI_JOB_STAGE", "test")]
    [InlineData("CI_NODE_TOTAL", "1")]
    [InlineData("CI_PIPELINE_IID", "1")]
    [InlineData("CI_PIPELINE_CREATED_AT", "1970-01-01T00:00:00Z")]
    [InlineData("CI_JOB_MANUAL", null)]
    [InlineData("CI_COMMIT_TAG", null)]
    [InlineData("CI_PIPELINE_TRIGGERED", null)]
    public void Predefined_variables_are_there(string name, string? value) =>
        Assert.Equal(value, Compiling.Job("my:job: {script: x}", "my:job", Compiling.Branch("feature/x")).Value(name));

    [Fact]
    public void A_manual_job_knows_that_it_is_one() =>
        Assert.Equal("true", Compiling.Job("job: {script: x, rules: [{when: manual}]}", "job").Value("CI_JOB_MANUAL"));
}
