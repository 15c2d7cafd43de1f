using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class ExplainTests
{
    private const string Configuration = """
        include: ci/deploy.yml
        build:
          script: make
        docs:
          script: make docs
          rules:
            - if: $CI_COMMIT_TAG
            - changes: [docs/**/*, README.md]
        """;

    private const string Deploy = """
        deploy:
          script: ./deploy
          rules:
            - if: $CI_COMMIT_TAG
              when: never
            - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
              exists: [deploy]
              when: manual
            - when: always
        """;

    [Fact]
    public void A_job_is_explained_rule_by_rule_with_values_and_places() =>
        Assert.Equal(
            """
            deploy is in the pipeline   ci/deploy.yml:1
              rule 1 of 3 ✖ did not match   ci/deploy.yml:4
                  if: $CI_COMMIT_TAG
                      $CI_COMMIT_TAG is not defined
              rule 2 of 3 ✔ matched   ci/deploy.yml:6
                  if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
                      $CI_COMMIT_BRANCH = "main"
                      $CI_DEFAULT_BRANCH = "main"
                  exists: deploy
                      deploy exists
                  when: manual
              the rule after it is not asked
              → rule 2 matched ($CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, exists: deploy); when: manual

            """,
            Explain("deploy")
        );

    [Fact]
    public void A_changed_path_that_matched_is_named_with_its_glob()
    {
        var text = Explain("docs");
        Assert.Contains("      changes: docs/**/*, README.md\n          docs/guide/a.md changed, which docs/**/* matches\n", text);
        Assert.Contains("docs is in the pipeline", text);
    }

    [Fact]
    public void All_jobs_are_explained_those_in_the_pipeline_first()
    {
        var text = Explain("--all", "--tag", "v1");
        int[] order =
        [
            .. ((string[])["build is in", "docs is in", "deploy is not in"]).Select(job => text.IndexOf(job, StringComparison.Ordinal)),
        ];
        Assert.Equal(order.Order(), order);
        Assert.DoesNotContain(-1, order);
    }

    [Fact]
    public void Workflow_rules_are_explained_too()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", "workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\nbuild:\n  script: make\n");
        var text = FakeSurroundings.Run(folder.Path, "explain", "--all").Out;
        Assert.Contains("Pipeline filtered out by workflow rules.", text);
        Assert.Contains("workflow wants no pipeline\n  rule 1 of 1 ✖ did not match   .gitlab-ci.yml:3\n", text);
    }

    [Fact]
    public void A_code_is_explained_outside_of_any_project()
    {
        using var folder = new TemporaryFolder();
        var text = FakeSurroundings.Run(folder.Path, "explain", "CI0302").Out;
        Assert.StartsWith("error[CI0302]\n", text);
        Assert.Contains("\nGitLab says:\n  {job} job: undefined need: {name}\n\nwrong:\n    compile:\n", text);
    }

    private static string Explain(params string[] arguments)
    {
        using var repository = TemporaryFolder.Repository(
            (".gitlab-ci.yml", Configuration),
            ("ci/deploy.yml", Deploy),
            ("deploy", ""),
            ("docs/guide/a.md", "")
        );
        repository.Write("docs/guide/a.md", "changed");
        repository.Commit("Second");
        var (exit, output, error) = FakeSurroundings.Run(repository.Path, ["explain", .. arguments]);
        Assert.True(exit == 0, error);
        return output;
    }
}
