using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>What rules and predefined variables see of a pipeline to be.</summary>
internal static class PipelineFacts
{
    public const string DefaultConfigPath = ".gitlab-ci.yml";
    public const string MissingConfig = "Missing CI config file";

    public static PipelineContext Context(
        PipelineOrder order,
        PipelineCompilation.Moment moment,
        CommitFacts commit,
        ProjectSettings settings,
        ServerUrl url
    ) =>
        new()
        {
            Source = order.Source,
            RefKind = order.IsTag ? RefKind.Tag : RefKind.Branch,
            Ref = order.Ref,
            RefProtected = moment.IsProtected,
            Commit = commit,
            Project = Project(order.Project, settings) with
            {
                Registry = url.Uri.Authority,
                DependencyProxy = $"{url.Uri.Host}:{url.Uri.Port}",
                HasImages = settings.HasImages,
            },
            Server = Server(url),
            User = new UserFacts
            {
                Id = order.User.Id,
                Login = order.User.Username,
                Name = order.User.Name,
                Email = order.User.Email,
            },
            PipelineIid = moment.Iid,
            CreatedAt = moment.CreatedAt.Instant(),
            PipelineVariables = order.Variables,
            Inputs = order.Inputs,
            ScheduleDescription = order.ScheduleDescription,
            TriggerShortToken = order.TriggerShortToken,
        };

    public static ServerFacts Server(ServerUrl url) => new() { Url = url.Uri };

    private static ProjectFacts Project(ProjectRow project, ProjectSettings settings) =>
        new()
        {
            Id = project.Id,
            Name = project.Path,
            Path = project.FullPath,
            Title = project.Name,
            Description = project.Description,
            NamespaceId = project.NamespaceId,
            Visibility = project.Visibility,
            DefaultBranch = project.DefaultBranch ?? "main",
            ConfigPath = settings.CiConfigPath.Length > 0 ? settings.CiConfigPath : DefaultConfigPath,
            SeparatedCaches = settings.CiSeparatedCaches,
            BuildTimeout = settings.BuildTimeout,
        };
}
