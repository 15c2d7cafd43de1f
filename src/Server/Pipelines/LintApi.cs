using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>https://docs.gitlab.com/api/lint/: a text, or the project's own configuration at a ref, compiled and not run.</summary>
internal static class LintApi
{
    private const int LongestContent = 2 * 1024 * 1024;

    public static void MapLint(this IEndpointRouteBuilder v4)
    {
        var access = new Access.OnProject(Abilities.CreatePipeline);
        v4.MapPost("/projects/{project}/ci/lint", PostedAsync).Allow(access);
        v4.MapGet("/projects/{project}/ci/lint", OwnAsync).Allow(access);
    }

    private static async Task<IResult> PostedAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        PipelineCompilation compilation,
        CancellationToken ct
    )
    {
        if (p.Text("content") is not { } content)
            return Answers.BadParameter("content is missing");
        if (content.Length > LongestContent)
            return Answers.BadParameter($"content is too long (maximum is {LongestContent} characters)");
        var @ref = p.Text("ref") ?? here.Project.DefaultBranch;
        return await LintAsync(http, here, new ConfigSource.Text(".gitlab-ci.yml", content), @ref, @ref, p, compilation, ct);
    }

    private static async Task<IResult> OwnAsync(
        HttpContext http,
        ProjectContext here,
        Parameters p,
        PipelineCompilation compilation,
        CancellationToken ct
    )
    {
        var content = p.Text("content_ref") ?? p.Text("sha") ?? here.Project.DefaultBranch;
        return await LintAsync(http, here, null, content, p.Text("dry_run_ref") ?? p.Text("ref") ?? content, p, compilation, ct);
    }

    /// <param name="content">Where files are read.</param>
    /// <param name="ref">What the pipeline would be for.</param>
    private static async Task<IResult> LintAsync(
        HttpContext http,
        ProjectContext here,
        ConfigSource? source,
        string? content,
        string? @ref,
        Parameters p,
        PipelineCompilation compilation,
        CancellationToken ct
    )
    {
        if (http.Actor().Responsible is not { } user)
            return Answers.Unauthorized;
        var linted = await compilation.LintAsync(here.Project, user, source, content, @ref, ct);
        if (linted is not { } result)
            return Answers.NotFound(source is null ? "Commit" : "Reference");
        var dry = p.Flag("dry_run") ?? false;
        string[] errors = [.. result.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Message)];
        // Without a dry run nothing is created, and it does not matter what the rules would say.
        if ((dry || result.Files.IsEmpty) && errors.Length == 0 && result.Refusal is { } refusal)
            errors = [refusal];
        return Answers.Ok(
            new
            {
                valid = errors.Length == 0,
                merged_yaml = result.MergedYaml is { } yaml ? "---\n" + yaml : null,
                errors,
                warnings = result.Diagnostics.Where(d => d.Severity == Severity.Warning).Select(d => d.Message),
                includes = result.Files.Skip(1).Select(file => new { type = "local", location = file }),
                jobs = p.Flag("include_jobs") == true ? result.Pipeline?.Jobs.Select(Job) : null,
            }
        );
    }

    private static object Job(CompiledJob job) =>
        new
        {
            name = job.Name,
            stage = job.Stage,
            script = job.Script,
            after_script = job.AfterScript,
            tag_list = job.Tags,
            environment = job.Environment?.Name,
            when = job.When switch
            {
                JobWhen.OnSuccess => "on_success",
                JobWhen.OnFailure => "on_failure",
                JobWhen.Always => "always",
                JobWhen.Manual => "manual",
                _ => "delayed",
            },
            allow_failure = job.AllowFailure,
            needs = job.Needs?.Select(need => need.Job),
        };
}
