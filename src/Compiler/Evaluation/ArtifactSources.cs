using System.Collections.Immutable;
using Slipway.Compiler.Keywords;

namespace Slipway.Compiler.Evaluation;

/// <summary>
/// Whose artifacts a job fetches (gitlab-ci-yaml §7.8): with needs those needed with artifacts, else all jobs of earlier stages; of these only the ones
/// in <c>dependencies</c>, if there are such. In the pipeline's order. Jobs that never leave anything behind are not listed.
/// </summary>
internal sealed class ArtifactSources
{
    private readonly ImmutableArray<string>[] _before;
    private readonly Dictionary<string, int> _order = new(StringComparer.Ordinal);

    /// <param name="seeds">The pipeline's jobs in its order.</param>
    public ArtifactSources(IReadOnlyList<JobSeed> seeds, Func<JobSeed, int> stageIndex, int stages)
    {
        _before = new ImmutableArray<string>[stages];
        var names = ImmutableArray.CreateBuilder<string>();
        var next = 0;
        for (var stage = 0; stage < stages; stage++)
        {
            _before[stage] = stage > 0 && names.Count == _before[stage - 1].Length ? _before[stage - 1] : names.ToImmutable();
            for (; next < seeds.Count && stageIndex(seeds[next]) == stage; next++)
            {
                if (!LeavesArtifacts(seeds[next].Job))
                    continue;
                _order[seeds[next].Instance.Name] = _order.Count;
                names.Add(seeds[next].Instance.Name);
            }
        }
    }

    public ImmutableArray<string> Of(JobSeed seed, int stage, ImmutableArray<JobNeed>? needs)
    {
        if (seed.Job.IsBridge || seed.Instance.Dependencies is [])
            return [];
        if (needs is null && seed.Instance.Dependencies is null)
            return _before[stage];
        var wanted = needs is { } list ? list.Where(need => need.Artifacts).Select(need => need.Job) : _before[stage];
        if (seed.Instance.Dependencies is { } dependencies)
        {
            var named = dependencies.Select(name => name.Text).ToHashSet(StringComparer.Ordinal);
            wanted = wanted.Where(named.Contains);
        }

        return [.. wanted.Where(_order.ContainsKey).Distinct(StringComparer.Ordinal).OrderBy(name => _order[name])];
    }

    private static bool LeavesArtifacts(JobConfig job) =>
        job.Artifacts is { } artifacts && (!artifacts.Paths.IsEmpty || artifacts.Untracked || !artifacts.Reports.IsEmpty);
}
