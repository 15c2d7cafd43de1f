using System.Collections.Immutable;
using System.Globalization;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Payloads;

/// <summary>A running job's variables in GitLab's order (gitlab-ci-yaml §10.1 and the rows marked J in §11): later ones win.</summary>
internal static class PayloadVariables
{
    /// <summary>GitLab's user name for jobs, towards Git and the registry.</summary>
    public const string JobUser = "gitlab-ci-token";

    /// <param name="dotenv">From the jobs whose artifacts this one gets, in the order of <c>ArtifactsFrom</c>.</param>
    /// <returns>As written. References are still to be replaced.</returns>
    public static ImmutableArray<Variable> Of(JobState job, ProjectFacts project, JobIdentity identity, ImmutableArray<Variable> dotenv)
    {
        var known = job.Job.Variables;
        var all = ImmutableArray.CreateBuilder<Variable>(known.Length + dotenv.Length + job.PlayVariables.Length + 16);
        AddPersisted(all, job, project, identity);
        AddRunner(all, identity.Runner);
        foreach (var token in job.Job.IdTokens)
            if (identity.IdTokens.GetValueOrDefault(token.Name) is { } signed)
                all.Add(new Variable(token.Name, signed, Public: false, Masked: true));
        all.AddRange(known.AsSpan()[..job.Job.DotenvAt]);
        all.AddRange(dotenv);
        all.AddRange(known.AsSpan()[job.Job.DotenvAt..]);
        all.AddRange(job.PlayVariables);
        return all.DrainToImmutable();
    }

    /// <summary><paramref name="url"/> with the job's login in it.</summary>
    public static string WithLogin(string url, string token)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal);
        return host < 0 ? url : $"{url[..(host + 3)]}{JobUser}:{token}@{url[(host + 3)..]}";
    }

    private static void AddPersisted(ImmutableArray<Variable>.Builder all, JobState job, ProjectFacts project, JobIdentity identity)
    {
        all.Add(new Variable("CI_PIPELINE_ID", Text(identity.PipelineId)));
        all.Add(new Variable("CI_PIPELINE_URL", identity.PipelineUrl));
        all.Add(new Variable("CI_JOB_ID", Text(identity.Id)));
        all.Add(new Variable("CI_JOB_URL", identity.Url));
        all.Add(new Variable("CI_JOB_TOKEN", identity.Token, Public: false, Masked: true));
        if (job.StartedAt is { } started)
            all.Add(
                new Variable("CI_JOB_STARTED_AT", started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
            );
        // https://docs.gitlab.com/ci/variables/predefined_variables/ has a login for projects with a registry only.
        if (project is { HasImages: true, Registry: not null })
        {
            all.Add(new Variable("CI_REGISTRY_USER", JobUser));
            all.Add(new Variable("CI_REGISTRY_PASSWORD", identity.Token, Public: false, Masked: true));
        }

        if (project.DependencyProxy is not null)
        {
            all.Add(new Variable("CI_DEPENDENCY_PROXY_USER", JobUser));
            all.Add(new Variable("CI_DEPENDENCY_PROXY_PASSWORD", identity.Token, Public: false, Masked: true));
        }

        if (identity.RepositoryUrl.Length > 0)
            all.Add(new Variable("CI_REPOSITORY_URL", WithLogin(identity.RepositoryUrl, identity.Token), Public: false));
        if (identity.DeployToken is var (user, password))
        {
            all.Add(new Variable("CI_DEPLOY_USER", user));
            all.Add(new Variable("CI_DEPLOY_PASSWORD", password, Public: false, Masked: true));
        }
    }

    private static void AddRunner(ImmutableArray<Variable>.Builder all, JobIdentity.Taker? runner)
    {
        if (runner is null)
            return;
        all.Add(new Variable("CI_RUNNER_ID", Text(runner.Id)));
        all.Add(new Variable("CI_RUNNER_DESCRIPTION", runner.Description));
        all.Add(new Variable("CI_RUNNER_TAGS", $"[{string.Join(", ", runner.Tags.Select(tag => $"\"{tag}\""))}]"));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
