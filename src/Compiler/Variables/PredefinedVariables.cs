using System.Collections.Immutable;
using System.Globalization;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>
/// GitLab's predefined variables as far as they are known before a job runs (gitlab-ci-yaml §11). What is known only then — ids, URLs of the
/// pipeline and the job, tokens, the repository's URL, the runner — comes on top when the job is handed out.
/// </summary>
internal static class PredefinedVariables
{
    /// <summary>What is known of the project and the server.</summary>
    public static IEnumerable<Variable> OfProject(PipelineContext context) =>
        [
            .. OfServer(context.Server),
            .. OfProject(context.Project, context.Server),
            .. OfRegistry(context.Project),
            .. OfProxy(context.Project),
        ];

    /// <summary>What is known before the pipeline exists: its source, its commit, its merge request.</summary>
    public static IEnumerable<Variable> OfPipeline(PipelineContext context)
    {
        var all = new List<Variable>
        {
            new("CI_PIPELINE_SOURCE", context.Source),
            new(
                "CI_PIPELINE_CREATED_AT",
                context.CreatedAt.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            ),
        };
        if (context.Source == "trigger")
            all.Add(new Variable("CI_PIPELINE_TRIGGERED", "true"));
        if (context.TriggerShortToken is { } beginning)
            all.Add(new Variable("CI_TRIGGER_SHORT_TOKEN", beginning));
        if (context is { Source: "schedule", ScheduleDescription: { } description })
            all.Add(new Variable("CI_PIPELINE_SCHEDULE_DESCRIPTION", description));
        all.AddRange(OfCommit(context));
        if (context.RefKind == RefKind.Tag)
        {
            all.Add(new Variable("CI_COMMIT_TAG", context.Ref));
            all.Add(new Variable("CI_COMMIT_TAG_MESSAGE", context.Commit.TagMessage ?? ""));
        }

        if (context.MergeRequest is { } mergeRequest)
        {
            all.AddRange(OfMergeRequest(mergeRequest, context));
            all.Add(new Variable("CI_OPEN_MERGE_REQUESTS", $"{context.Project.Path}!{mergeRequest.Iid}"));
        }

        return all;
    }

    /// <summary><c>CI_SERVER_FQDN</c>.</summary>
    public static string ServerName(ServerFacts server) => server.Url.IsDefaultPort ? server.Url.Host : server.Url.Authority;

    public static ImmutableArray<Variable> OfUser(UserFacts user) =>
        [
            new("GITLAB_USER_ID", Text(user.Id)),
            new("GITLAB_USER_EMAIL", user.Email),
            new("GITLAB_USER_LOGIN", user.Login),
            new("GITLAB_USER_NAME", user.Name),
        ];

    private static IEnumerable<Variable> OfServer(ServerFacts server)
    {
        var url = server.Url.GetLeftPart(UriPartial.Path).TrimEnd('/');
        var version = server.Version.Split('.', '-');
        return
        [
            new("CI", "true"),
            new("GITLAB_CI", "true"),
            new("CI_SERVER_FQDN", ServerName(server)),
            new("CI_SERVER_URL", url),
            new("CI_SERVER_HOST", server.Url.Host),
            new("CI_SERVER_PORT", Text(server.Url.Port)),
            new("CI_SERVER_PROTOCOL", server.Url.Scheme),
            new("CI_SERVER_SHELL_SSH_HOST", server.Url.Host),
            new("CI_SERVER_SHELL_SSH_PORT", "22"),
            new("CI_SERVER_NAME", server.Name),
            new("CI_SERVER_VERSION", server.Version),
            new("CI_SERVER_VERSION_MAJOR", version[0]),
            new("CI_SERVER_VERSION_MINOR", version.Length > 1 ? version[1] : "0"),
            new("CI_SERVER_VERSION_PATCH", version.Length > 2 ? version[2] : "0"),
            new("CI_SERVER_REVISION", server.Revision),
            new("GITLAB_FEATURES", ""),
            new("CI_API_V4_URL", url + "/api/v4"),
            new("CI_API_GRAPHQL_URL", url + "/api/graphql"),
            new("CI_TEMPLATE_REGISTRY_HOST", "registry.gitlab.com"),
        ];
    }

    private static IEnumerable<Variable> OfProject(ProjectFacts project, ServerFacts server)
    {
        var lastSlash = project.Path.LastIndexOf('/');
        var firstSlash = project.Path.IndexOf('/');
        var space = lastSlash < 0 ? "" : project.Path[..lastSlash];
        return
        [
            new("CI_PROJECT_ID", Text(project.Id)),
            new("CI_PROJECT_NAME", project.Name),
            new("CI_PROJECT_TITLE", project.Title),
            new("CI_PROJECT_DESCRIPTION", project.Description),
            new("CI_PROJECT_PATH", project.Path),
            new("CI_PROJECT_PATH_SLUG", Slugs.Of(project.Path)),
            new("CI_PROJECT_NAMESPACE", space),
            new("CI_PROJECT_NAMESPACE_ID", Text(project.NamespaceId)),
            new("CI_PROJECT_NAMESPACE_SLUG", Slugs.Of(space)),
            new("CI_PROJECT_ROOT_NAMESPACE", firstSlash < 0 ? "" : project.Path[..firstSlash]),
            new("CI_PROJECT_URL", $"{server.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{project.Path}"),
            new("CI_PROJECT_VISIBILITY", project.Visibility),
            new("CI_PROJECT_REPOSITORY_LANGUAGES", ""),
            new("CI_PROJECT_CLASSIFICATION_LABEL", ""),
            new("CI_PROJECT_TOPICS", ""),
            new("CI_CONFIG_PATH", project.ConfigPath),
            new("CI_DEFAULT_BRANCH", project.DefaultBranch),
            new("CI_DEFAULT_BRANCH_SLUG", Slugs.Of(project.DefaultBranch)),
        ];
    }

    private static IEnumerable<Variable> OfRegistry(ProjectFacts project)
    {
        if (project.Registry is null)
            yield break;
        yield return new Variable("CI_REGISTRY", project.Registry);
        if (project.HasImages)
            yield return new Variable("CI_REGISTRY_IMAGE", $"{project.Registry}/{project.Path.ToLowerInvariant()}");
    }

    /// <summary>Where images of Docker Hub are cached for the project's group and the one at the top. https://docs.gitlab.com/user/packages/dependency_proxy/</summary>
    private static IEnumerable<Variable> OfProxy(ProjectFacts project)
    {
        if (project.DependencyProxy is not { } server)
            yield break;
        var space = project.Path[..Math.Max(0, project.Path.LastIndexOf('/'))].ToLowerInvariant();
        yield return new Variable("CI_DEPENDENCY_PROXY_SERVER", server);
        yield return new Variable("CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX", PrefixOf(space.Split('/')[0]));
        yield return new Variable("CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX", PrefixOf(space));

        string PrefixOf(string group) => project.DependencyProxyPrefix ?? $"{server}/{group}/dependency_proxy/containers";
    }

    private static IEnumerable<Variable> OfCommit(PipelineContext context)
    {
        var commit = context.Commit;
        yield return new Variable("CI_COMMIT_SHA", commit.Sha);
        yield return new Variable("CI_COMMIT_SHORT_SHA", commit.Sha.Length > 8 ? commit.Sha[..8] : commit.Sha);
        yield return new Variable("CI_COMMIT_BEFORE_SHA", commit.BeforeSha);
        yield return new Variable("CI_COMMIT_REF_NAME", context.Ref);
        yield return new Variable("CI_COMMIT_REF_SLUG", Slugs.Of(context.Ref));
        if (context.RefKind == RefKind.Branch)
            yield return new Variable("CI_COMMIT_BRANCH", context.Ref);
        yield return new Variable("CI_COMMIT_MESSAGE", commit.Message);
        yield return new Variable("CI_COMMIT_MESSAGE_IS_TRUNCATED", "false");
        yield return new Variable("CI_COMMIT_TITLE", TitleOf(commit.Message));
        yield return new Variable("CI_COMMIT_DESCRIPTION", DescriptionOf(commit.Message));
        yield return new Variable("CI_COMMIT_REF_PROTECTED", context.RefProtected ? "true" : "false");
        yield return new Variable("CI_COMMIT_TIMESTAMP", commit.Timestamp);
        yield return new Variable("CI_COMMIT_AUTHOR", commit.Author);
    }

    private static string TitleOf(string message)
    {
        var end = message.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? message : message[..end];
    }

    /// <summary>The message without its title, or all of it when the title has 100 characters or more.</summary>
    private static string DescriptionOf(string message)
    {
        if (TitleOf(message).Length >= 100)
            return message;
        var end = message.IndexOf('\n');
        var rest = end < 0 ? "" : message[(end + 1)..];
        return rest.EndsWith("\r\n", StringComparison.Ordinal) ? rest[..^2]
            : rest.EndsWith('\n') ? rest[..^1]
            : rest;
    }

    private static IEnumerable<Variable> OfMergeRequest(MergeRequestFacts mergeRequest, PipelineContext context)
    {
        var (project, iid) = (context.Project, Text(mergeRequest.Iid));
        var url = $"{context.Server.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{project.Path}";
        var projectId = Text(project.Id);
        yield return new Variable("CI_MERGE_REQUEST_EVENT_TYPE", mergeRequest.EventType);
        yield return new Variable("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", mergeRequest.EventType == "detached" ? "" : context.Commit.Sha);
        yield return new Variable("CI_MERGE_REQUEST_DIFF_BASE_SHA", mergeRequest.DiffBaseSha);
        yield return new Variable("CI_MERGE_REQUEST_ID", Text(mergeRequest.Id));
        yield return new Variable("CI_MERGE_REQUEST_IID", iid);
        yield return new Variable("CI_MERGE_REQUEST_REF_PATH", $"refs/merge-requests/{iid}/head");
        yield return new Variable("CI_MERGE_REQUEST_PROJECT_ID", projectId);
        yield return new Variable("CI_MERGE_REQUEST_PROJECT_PATH", project.Path);
        yield return new Variable("CI_MERGE_REQUEST_PROJECT_URL", url);
        yield return new Variable("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", projectId);
        yield return new Variable("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", project.Path);
        yield return new Variable("CI_MERGE_REQUEST_SOURCE_PROJECT_URL", url);
        yield return new Variable("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", mergeRequest.SourceBranch);
        yield return new Variable("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", mergeRequest.TargetBranch);
        yield return new Variable("CI_MERGE_REQUEST_TITLE", mergeRequest.Title);
        if (!mergeRequest.Labels.IsEmpty)
            yield return new Variable("CI_MERGE_REQUEST_LABELS", string.Join(',', mergeRequest.Labels));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
