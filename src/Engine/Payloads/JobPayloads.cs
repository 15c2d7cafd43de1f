using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Payloads;

/// <summary>Makes of a compiled job what a runner takes: the same for the server and for the local run.</summary>
public static class JobPayloads
{
    /// <param name="job">The attempt that is handed out; a bridge has no payload.</param>
    /// <param name="dotenv">The dotenv variables of the jobs in <see cref="CompiledJob.ArtifactsFrom"/> that have such a report, in that order.</param>
    /// <param name="dependencies">Those jobs themselves, with their artifact archives.</param>
    public static JobPayload Build(
        CompiledPipeline pipeline,
        JobState job,
        JobIdentity identity,
        ImmutableArray<Variable> dotenv,
        ImmutableArray<JobDependency> dependencies
    )
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(identity);
        if (job.Job.IsBridge)
            throw new ArgumentException($"{job.Job.Name} is a trigger job, and no runner gets one", nameof(job));

        var compiled = job.Job;
        var timeout = Timeout(compiled, identity.Runner);
        var variables = Variables(pipeline, job, identity, dotenv);
        return new JobPayload
        {
            Id = identity.Id,
            Token = identity.Token,
            AllowGitFetch = identity.AllowGitFetch,
            JobInfo = Info(pipeline.Context, job, identity),
            GitInfo = GitSources.Of(pipeline.Context, identity, variables),
            RunnerInfo = new RunnerInfo { Timeout = timeout },
            Variables = variables,
            Steps = [.. Steps(compiled, timeout)],
            Image = compiled.Image,
            Services = compiled.Services,
            Artifacts = compiled.Artifacts,
            Cache = compiled.Caches,
            Credentials = [.. Credentials(pipeline.Context.Project, identity)],
            Dependencies = dependencies,
            Features = new JobFeatures { TokenMaskPrefixes = identity.TokenMaskPrefixes, FailureReasons = ServerReasons.All },
            Hooks = compiled.Hooks,
            Secrets = SecretPayloads.Of(compiled, variables),
            Inputs = [.. compiled.Inputs.Select(Input)],
            Run = compiled.Run,
        };
    }

    /// <summary>An input with its default.</summary>
    private static JobInput Input(CompiledJob.Input input)
    {
        using var json = JsonDocument.Parse(input.Default);
        return new JobInput(input.Name, new JobInput.TypedValue(input.Type, json.RootElement.Clone()));
    }

    /// <summary>The job's <c>environment:url</c> as it reads once the job is over, with what its own dotenv report says (gitlab-ci-yaml §10.4).</summary>
    /// <param name="dotenv">What the job itself received.</param>
    /// <param name="own">What its own report says.</param>
    /// <returns><see langword="null"/> when it has none or what comes out is no http or https URL.</returns>
    public static string? EnvironmentUrl(
        CompiledPipeline pipeline,
        JobState job,
        JobIdentity identity,
        ImmutableArray<Variable> dotenv,
        ImmutableArray<Variable> own
    )
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(identity);
        if (job.Job.Environment?.Url is not { } url)
            return null;

        var written = PayloadVariables.Of(job, pipeline.Context.Project, identity, dotenv).AddRange(own);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in VariableList.ExpandAll(written))
            values[variable.Key] = variable.Value;

        var expanded = VariableExpansion.Expand(url, values.GetValueOrDefault).Trim();
        return Uri.TryCreate(expanded, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? expanded : null;
    }

    private static ImmutableArray<Variable> Variables(
        CompiledPipeline pipeline,
        JobState job,
        JobIdentity identity,
        ImmutableArray<Variable> dotenv
    ) => VariableList.ExpandForRunner(PayloadVariables.Of(job, pipeline.Context.Project, identity, dotenv));

    private static int Timeout(CompiledJob job, JobIdentity.Taker? runner) =>
        runner?.MaxTimeout is { } most ? Math.Min(job.Timeout, most) : job.Timeout;

    private static JobInfo Info(PipelineContext context, JobState job, JobIdentity identity) =>
        new()
        {
            Name = job.Job.Name,
            Stage = job.Job.Stage,
            PipelineId = identity.PipelineId,
            ProjectId = context.Project.Id,
            ProjectName = context.Project.Name,
            ProjectFullPath = context.Project.Path,
            UserId = context.User.Id,
            TimeInQueueSeconds = job is { QueuedAt: { } queued, StartedAt: { } started } ? Math.Max(0, (started - queued).TotalSeconds) : 0,
        };

    private static IEnumerable<JobStep> Steps(CompiledJob job, int timeout)
    {
        if (job.Run is not null)
            yield break;
        yield return new JobStep
        {
            Name = "script",
            Script = job.Script,
            Timeout = timeout,
        };
        if (job.Release is { } release)
        {
            yield return new JobStep
            {
                Name = "release",
                Script = [ReleaseStep.Script(release)],
                Timeout = timeout,
            };
        }

        if (job.AfterScript.IsDefaultOrEmpty)
            yield break;
        yield return new JobStep
        {
            Name = "after_script",
            Script = job.AfterScript,
            Timeout = timeout,
            When = "always",
            AllowFailure = true,
        };
    }

    private static IEnumerable<JobCredential> Credentials(ProjectFacts project, JobIdentity identity)
    {
        // GitLab's two: they differ where the address has no port.
        foreach (var server in ((string?[])[project.Registry, project.DependencyProxy]).OfType<string>().Distinct())
            yield return new JobCredential("registry", server, PayloadVariables.JobUser, identity.Token);
        foreach (var credential in identity.Credentials)
            yield return credential;
    }
}
