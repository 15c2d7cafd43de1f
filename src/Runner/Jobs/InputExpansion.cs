using System.Collections.Immutable;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Expressions;

namespace Slipway.Runner.Jobs;

/// <summary>
/// Puts a job's inputs where its configuration names them, <c>${{ job.inputs.NAME }}</c>, before anything else is looked at (runner-protocol §4.11).
/// A job without inputs keeps such texts as they are: they may be somebody else's.
/// </summary>
internal sealed class InputExpansion
{
    private readonly MoaEvaluation _values;

    private InputExpansion(ImmutableArray<JobInput> inputs)
    {
        if (inputs.FirstOrDefault(input => input.Value.Sensitive) is { } sensitive)
            throw new MoaException($"the input {sensitive.Key} is sensitive, and cannot be put into texts");
        var map = MoaValue.Map.Of(inputs.Select(input => KeyValuePair.Create(input.Key, MoaValue.From(input.Value.Content))));
        var job = MoaValue.Map.Of([KeyValuePair.Create("inputs", (MoaValue)map)]);
        _values = new MoaEvaluation(new Dictionary<string, MoaValue> { ["job"] = job });
    }

    /// <exception cref="JobFailedException">One of the expressions is wrong.</exception>
    public static JobPayload Apply(JobPayload payload)
    {
        if (payload.Inputs.IsDefaultOrEmpty)
            return payload;
        try
        {
            return new InputExpansion(payload.Inputs).Of(payload);
        }
        catch (MoaException e)
        {
            throw new JobFailedException(FailureReason.RunnerConfiguration, $"failed to interpolate job inputs: {e.Message}");
        }
    }

    private JobPayload Of(JobPayload payload) =>
        payload with
        {
            Steps = [.. payload.Steps.Select(step => step with { Script = Of(step.Script) })],
            Image = payload.Image is { } image ? Of(image) : null,
            Services = [.. payload.Services.Select(Of)],
            Artifacts = [.. payload.Artifacts.Select(Of)],
            Cache = [.. payload.Cache.Select(Of)],
        };

    private JobImage Of(JobImage image) =>
        image with
        {
            Name = Of(image.Name),
            Entrypoint = Of(image.Entrypoint),
            Command = Of(image.Command),
            PullPolicy = Of(image.PullPolicy),
            ExecutorOpts = image.ExecutorOpts is { } options
                ? new ImageExecutorOptions(
                    options.Docker is { } docker ? new DockerImageOptions(OfOptional(docker.Platform), OfOptional(docker.User)) : null,
                    options.Kubernetes is { } kubernetes ? new KubernetesImageOptions(OfOptional(kubernetes.User)) : null
                )
                : null,
        };

    private JobArtifact Of(JobArtifact artifact) =>
        artifact with
        {
            Name = OfOptional(artifact.Name),
            Paths = Of(artifact.Paths),
            Exclude = Of(artifact.Exclude),
            When = Of(artifact.When),
            ExpireIn = OfOptional(artifact.ExpireIn),
        };

    private JobCache Of(JobCache cache) =>
        cache with
        {
            Key = Of(cache.Key),
            Paths = Of(cache.Paths),
            Policy = Of(cache.Policy),
            When = Of(cache.When),
            FallbackKeys = Of(cache.FallbackKeys),
        };

    private string Of(string text) => _values.Expand(text);

    private string? OfOptional(string? text) => text is null ? null : Of(text);

    private ImmutableArray<string> Of(ImmutableArray<string> texts) => texts.IsDefaultOrEmpty ? texts : [.. texts.Select(Of)];
}
