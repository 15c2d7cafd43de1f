using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>Compiles a configuration with what the server knows: the commit's files, the project's variables, other projects' files.</summary>
internal sealed class PipelineCompilation(
    Db db,
    Repositories repositories,
    RemoteFiles web,
    SecretBox secrets,
    ServerUrl url,
    TimeProvider time
)
{
    /// <summary>What a pipeline's row says of it beyond what was asked for.</summary>
    /// <param name="CreatedAt">Unix milliseconds.</param>
    public sealed record Moment(long Iid, long CreatedAt, bool IsProtected);

    /// <returns>Nothing when the project has no configuration at that commit.</returns>
    public async Task<Compilation?> CompileAsync(
        PipelineOrder order,
        Moment moment,
        Commit commit,
        CancellationToken ct,
        string? filesAt = null
    )
    {
        var compiled = await SeenAsync(order, moment, commit, PipelineCompiler.Compile, ct, filesAt);
        // What is worked out later reads from what is closed when this returns.
        _ = compiled?.MergedYaml;
        return compiled;
    }

    /// <summary>What the form asks for by which somebody starts a pipeline by hand.</summary>
    /// <param name="named">What it would be for.</param>
    public async Task<PipelineForm> FormAsync(ProjectRow project, UserRow user, NamedRef named, CancellationToken ct)
    {
        if (named.Sha is not { } sha || await repositories.Of(project.Id).CommitAsync(sha, ct) is not { } commit)
            return PipelineForm.Nothing;
        var order = new PipelineOrder
        {
            Project = project,
            User = user,
            Source = "web",
            Ref = named.Name,
            IsTag = named.IsTag,
            Sha = sha,
        };
        var moment = new Moment(project.Pipelines + 1, time.Milliseconds(), false);
        return await SeenAsync(order, moment, commit, PipelineCompiler.FormOf, ct) ?? PipelineForm.Nothing;
    }

    /// <returns>Nothing when the project has no configuration at that commit.</returns>
    private async Task<T?> SeenAsync<T>(
        PipelineOrder order,
        Moment moment,
        Commit commit,
        Func<ConfigSource, ProjectTree, PipelineContext, CancellationToken, T> see,
        CancellationToken ct,
        string? filesAt = null
    )
        where T : class
    {
        var repository = repositories.Of(order.Project.Id);
        var settings = ProjectSettings.Parse(order.Project.Settings);
        var path = settings.CiConfigPath.Length > 0 ? settings.CiConfigPath : PipelineFacts.DefaultConfigPath;
        using var files = new CommitTree(repository, filesAt ?? order.Sha);
        var tree = files.ToProjectTree();
        if (order.Config is null && tree.ReadText(path) is null)
            return null;
        var variables = await db.ReadAsync(
            (session, token) => CiVariables.OfAsync(session, secrets, order.Project, moment.IsProtected, token),
            ct
        );
        var tag = order.IsTag ? await repository.TagAsync(order.Ref, ct) : null;
        using var includes = new ServerIncludes(db, repositories, web, order.User, time, ct);
        var context = PipelineFacts.Context(order, moment, commit.ToFacts(order.BeforeSha, tag?.Message), settings, url) with
        {
            ProjectVariables = variables,
            // Only a push to a branch has something to compare with; to others the rules must name it.
            ChangedPaths = repository.ChangedPaths(order is { Source: "push", IsTag: false } ? order.BeforeSha : null, order.Sha),
            External = includes.ToExternalFiles(),
        };
        return see(order.Config ?? new ConfigSource.File(path), tree, context, ct);
    }

    /// <summary>Compiles for a push to a ref that nobody has made.</summary>
    /// <param name="content">The commit, branch or tag whose files are read.</param>
    /// <returns>Nothing when there is no such commit.</returns>
    public async Task<Compilation?> LintAsync(
        ProjectRow project,
        UserRow user,
        ConfigSource? source,
        string? content,
        string? @ref,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(project.Id);
        if (!repository.Exists || content is null || @ref is null)
            return source is null ? null : PipelineCompiler.Compile(source, ProjectTree.Empty, new PipelineContext(), ct);
        var named = await NamedRef.FindAsync(repository, @ref, ct);
        var sha = named.Sha ?? await repository.ResolveAsync(@ref, ct);
        var files = await repository.ResolveAsync(content, ct);
        if (sha is null || files is null || await repository.CommitAsync(sha, ct) is not { } commit)
            return source is null ? null : PipelineCompiler.Compile(source, ProjectTree.Empty, new PipelineContext(), ct);
        var order = new PipelineOrder
        {
            Project = project,
            User = user,
            Source = "push",
            Ref = named.Name,
            IsTag = named.IsTag,
            Sha = sha,
            BeforeSha = CommitFacts.ZeroSha,
            Config = source,
        };
        var moment = new Moment(project.Pipelines + 1, time.Milliseconds(), false);
        return await CompileAsync(order, moment, commit, ct, files) ?? MissingConfig;
    }

    private static Compilation MissingConfig { get; } = new(null, []) { Refusal = PipelineFacts.MissingConfig };
}
