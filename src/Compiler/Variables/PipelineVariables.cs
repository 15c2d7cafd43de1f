using System.Collections.Immutable;
using System.Globalization;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>
/// The variables of one pipeline to be, in the layers of gitlab-ci-yaml §10.1. All but the YAML's are the same for every job, made once, and
/// shared. Not for several threads.
/// </summary>
internal sealed class PipelineVariables
{
    private readonly PipelineContext _context;
    private readonly VariableLayer _early;
    private readonly VariableLayer _predefined;
    private readonly VariableLayer _user;
    private readonly VariableLayer _given;
    private readonly VariableLayer _unscoped;
    private readonly bool _hasScopes;
    private readonly Lazy<SecretMask> _mask;
    private readonly Dictionary<string, VariableLayer> _byEnvironment = new(StringComparer.Ordinal);

    public PipelineVariables(PipelineContext context)
    {
        _context = context;
        ImmutableArray<Variable> early = [.. PredefinedVariables.OfProject(context), .. PredefinedVariables.OfPipeline(context)];
        _early = VariableLayer.Of(early);
        _predefined = VariableLayer.Of(
            early.Insert(0, new Variable("CI_PIPELINE_IID", context.PipelineIid.ToString(CultureInfo.InvariantCulture)))
        );
        _user = VariableLayer.Of(PredefinedVariables.OfUser(context.User));
        _given = VariableLayer.Of(context.PipelineVariables);
        _hasScopes = context.ProjectVariables.Any(scoped => scoped.EnvironmentScope != "*");
        _unscoped = VariableLayer.Of(EnvironmentScopes.Visible(context.ProjectVariables, null));
        BeforePipeline = new VariableScope([_early, _unscoped, _given]);
        _mask = new Lazy<SecretMask>(() => new SecretMask(BeforePipeline.ToList()));
    }

    /// <summary>For includes: nothing of the YAML is known yet.</summary>
    public VariableScope BeforePipeline { get; }

    /// <summary>A message without the values of masked variables.</summary>
    public string Mask(string text) => _mask.Value.Apply(text);

    /// <summary>For workflow rules and <c>workflow:name</c>.</summary>
    public VariableScope OfPipeline(VariableLayer yaml) => new([_early, yaml, _user, _unscoped, _given]);

    /// <param name="job">What is predefined for this job alone.</param>
    /// <param name="environment">The expanded name of the job's environment, if it has one.</param>
    public VariableScope OfJob(VariableLayer job, VariableLayer yaml, string? environment) =>
        new([job, _predefined, yaml, _user, Settings(environment), _given]);

    /// <summary>How many variables of such a scope rank below those that a job gets from dotenv reports.</summary>
    public int CountBelowDotenv(VariableLayer job, VariableLayer yaml) =>
        job.Items.Length + _predefined.Items.Length + yaml.Items.Length + _user.Items.Length;

    private VariableLayer Settings(string? environment)
    {
        if (environment is null || !_hasScopes)
            return _unscoped;
        if (!_byEnvironment.TryGetValue(environment, out var layer))
            _byEnvironment[environment] = layer = VariableLayer.Of(EnvironmentScopes.Visible(_context.ProjectVariables, environment));
        return layer;
    }
}
