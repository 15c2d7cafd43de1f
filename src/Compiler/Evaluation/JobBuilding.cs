using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>Turns the jobs that are in into compiled jobs (gitlab-ci-yaml §1 step 12). Not for several threads.</summary>
internal sealed class JobBuilding(
    PipelineContext context,
    PipelineVariables variables,
    VariableLayer root,
    CacheKeys caches,
    string? pipelineName
)
{
    private readonly Dictionary<(ImmutableArray<string>, ImmutableArray<string>), ImmutableArray<string>> _scripts = [];
    private readonly Dictionary<ArtifactsConfig, ImmutableArray<JobArtifact>> _uploads = new(ReferenceEqualityComparer.Instance);
    private bool? _sharedMayTurnBack;

    /// <param name="stage">Index of its stage.</param>
    public CompiledJob Build(JobSeed seed, int stage, IReadOnlyDictionary<string, JobSeed> included, ArtifactSources sources)
    {
        var (job, instance) = (seed.Job, seed.Instance);
        var seen = Visible(seed);
        var environment = seen.Environment;
        var needs = Needs.Of(seed);
        var jobNeeds = Needs.OfJobs(needs, included);
        return WithServer(
            new CompiledJob
            {
                Name = instance.Name,
                GroupName = job.Name,
                Stage = job.Stage.Text,
                StageIndex = stage,
                When = seed.When,
                StartIn = seed.When == JobWhen.Delayed ? seed.Rule?.StartIn ?? job.StartIn : null,
                AllowFailure = seed.AllowFailure,
                AllowFailureExitCodes = seed.Rule?.AllowFailure is null ? job.AllowFailureExitCodes : [],
                Needs = jobNeeds,
                ExternalNeeds = Needs.External(needs, seen.Scope),
                ArtifactsFrom = sources.Of(seed, stage, jobNeeds),
                Variables = seen.All,
                DotenvAt = seen.DotenvAt,
                YamlVariables = seen.Yaml.Items,
                Script = Script(job),
                AfterScript = job.AfterScript,
                Hooks = job.Hooks,
                Image = job.Image,
                Services = job.Services,
                Artifacts = Uploads(job.Artifacts),
                Caches = caches.Of(job.Caches),
                Retry = job.Retry ?? RetryPolicy.None,
                Timeout = job.Timeout ?? context.Project.BuildTimeout,
                Tags = job.Tags.IsEmpty ? [] : [.. job.Tags.Select(tag => seed.Scope.ExpandExistingAsWritten(tag.Text))],
                Environment = environment,
                ResourceGroup = job.ResourceGroup is { } group && seen.Scope.Expand(group.Text) is { Length: > 0 } key ? key : null,
                Interruptible = seed.Rule?.Interruptible ?? job.Interruptible ?? false,
                Coverage = job.Coverage,
                Trigger = Triggers.Of(job.Trigger, seen.Scope),
                Release = job.Release,
                ManualConfirmation = job.ManualConfirmation,
                ParallelIndex = instance.Index,
                ParallelTotal = instance.Total,
                At = job.At,
                Decision = seed.Decision,
            },
            job,
            instance,
            seen.Scope
        );
    }

    /// <summary>What takes more than a shell.</summary>
    private static CompiledJob WithServer(CompiledJob compiled, JobConfig job, JobInstance instance, VariableScope scope) =>
        compiled with
        {
            IdTokens = job.IdTokens,
            Secrets = job.Secrets,
            Identity = job.Identity,
            DastConfiguration = job.DastConfiguration,
            Run = job.Run,
            Inputs = job.Inputs,
            Pages = Pages.Of(job.Pages, scope),
            ArtifactsAccess = job.Artifacts?.Access ?? "all",
            ArtifactsExposedAs = job.Artifacts?.ExposeAs,
            UpstreamProject = Triggers.Upstream(instance) is { } upstream ? scope.Expand(upstream.Project) : null,
        };

    /// <summary>Tells when the job's variables refer to each other in circles. What all jobs share is looked at once.</summary>
    public void CheckCircles(JobSeed seed, DiagnosticBag bag)
    {
        _sharedMayTurnBack ??= variables.OfJob(VariableLayer.Empty, root, null).CircularReference() is not null;
        var message = seed.Scope.CircularReference(
            _sharedMayTurnBack == true || seed.Job.Environment is not null ? null : seed.Yaml.ReferringAbove(root)
        );
        if (message is not null)
            bag.Error(DiagnosticCode.CircularVariables, $"{seed.Instance.Name}: {message}", seed.Job.At);
    }

    /// <summary>A job's variables with those of the rule that let it in.</summary>
    private sealed record Seen(
        VariableScope Scope,
        VariableLayer Yaml,
        DeployEnvironment? Environment,
        ImmutableArray<Variable> All,
        int DotenvAt
    );

    private Seen Visible(JobSeed seed)
    {
        var (job, instance) = (seed.Job, seed.Instance);
        var yaml = seed.Rule is { Variables.IsEmpty: false } rule ? seed.Yaml.With(YamlVariables.Of(rule.Variables)) : seed.Yaml;
        var own = JobVariables.Of(instance.Name, job.Stage.Text, seed.When == JobWhen.Manual, instance.Index, instance.Total);
        if (pipelineName is not null)
            own = own.Add(new Variable("CI_PIPELINE_NAME", pipelineName));
        var layer = VariableLayer.Of(own);
        var scope = variables.OfJob(layer, yaml, null);
        var environment = Environments.Of(job.Environment, scope);
        if (environment is null)
            return new Seen(scope, yaml, null, scope.ToList(), variables.CountBelowDotenv(layer, yaml));
        scope = variables
            .OfJob(layer, yaml, environment.Name)
            .With(VariableLayer.Of(JobVariables.OfEnvironment(environment with { Url = null })));
        environment = Environments.WithUrl(environment, scope);
        scope = scope.WithTop(VariableLayer.Of(JobVariables.OfEnvironment(environment)));
        return new Seen(scope, yaml, environment, scope.ToList(), variables.CountBelowDotenv(layer, yaml));
    }

    /// <summary>before_script and script in one; jobs that share both share the result.</summary>
    private ImmutableArray<string> Script(JobConfig job)
    {
        if (job.BeforeScript.IsEmpty)
            return job.Script;
        var key = (job.BeforeScript, job.Script);
        if (!_scripts.TryGetValue(key, out var script))
            _scripts[key] = script = job.Script.IsEmpty ? [] : [.. job.BeforeScript, .. job.Script];
        return script;
    }

    private ImmutableArray<JobArtifact> Uploads(ArtifactsConfig? artifacts)
    {
        if (artifacts is null)
            return [];
        if (!_uploads.TryGetValue(artifacts, out var uploads))
            _uploads[artifacts] = uploads = ArtifactUploads.Of(artifacts);
        return uploads;
    }
}
