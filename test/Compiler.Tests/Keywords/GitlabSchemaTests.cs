using System.Collections.Frozen;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>
/// GitLab's fixtures for its own JSON schema: each top-level key of a file is a configuration of its own. What only lacks a script, a stage
/// or another job of its file counts as accepted. Where schema and GitLab's linter differ, the linter is right;
/// those cases stand in the tables below.
/// </summary>
public sealed class GitlabSchemaTests
{
    /// <summary>The linter refuses them.</summary>
    private static readonly FrozenDictionary<string, string> s_refused = new Dictionary<string, string>
    {
        ["include.yml: trigger:include accepts project and file properties"] = "script and trigger together",
        ["include.yml: trigger:include accepts optional ref property"] = "script and trigger together",
        ["json/gitlab-ci.json: default"] = "expose_as with a glob among the paths",
        ["json/gitlab-ci.json: build"] = "only beside rules, and no expression in if",
    }.ToFrozenDictionary();

    /// <summary>The linter takes them: null is nothing, empty lists are lists of strings.</summary>
    private static readonly FrozenDictionary<string, string> s_taken = new Dictionary<string, string>
    {
        ["artifacts.yml: browser_performance no paths"] = "null",
        ["artifacts.yml: browser_performance list of string paths"] = "every report takes a list",
        ["artifacts.yml: browser_performance mixed list of string paths and globs"] = "every report takes a list",
        ["artifacts.yml: browser_performance string array"] = "every report takes a list",
        ["artifacts.yml: cyclonedx no paths"] = "null",
        ["artifacts.yml: performance string path"] = "still known",
        ["image.yml: empty_image"] = "null",
        ["image.yml: image_with_empty_executor_opts"] = "null",
        ["image.yml: image_with_empty_executor_opts_kubernetes"] = "null",
        ["retry.yml: invalid_job_with_retry_exit_codes_duplicate"] = "said twice, meant once",
        ["rules_needs.yml: lint_job"] = "null",
        ["services.yml: empty_services"] = "null",
        ["services.yml: empty_entrypoint"] = "empty list",
        ["services.yml: empty_command"] = "empty list",
    }.ToFrozenDictionary();

    [Fact]
    public void What_the_schema_accepts_is_accepted()
    {
        var cases = GitlabCase.All("positive");
        Assert.True(cases.Count > 150, $"only {cases.Count} cases found");
        Assert.Equal(s_refused.Keys.Order(), cases.Where(test => test.Errors().Length > 0).Select(test => test.Name).Order());
    }

    [Fact]
    public void What_the_schema_refuses_is_refused()
    {
        var cases = GitlabCase.All("negative");
        Assert.True(cases.Count > 120, $"only {cases.Count} cases found");
        Assert.Equal(s_taken.Keys.Order(), cases.Where(test => test.Errors().Length == 0).Select(test => test.Name).Order());
    }
}
