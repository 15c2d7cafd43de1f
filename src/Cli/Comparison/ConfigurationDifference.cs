using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Compiler.Written;

namespace Slipway.Cli.Comparison;

/// <summary>How a job, or a keyword, differs.</summary>
internal enum Change
{
    None,
    Added,
    Removed,
    Changed,
}

/// <param name="From">As YAML; <see langword="null"/> when it was not there.</param>
internal sealed record KeywordChange(string Keyword, string? From, string? To);

/// <summary>What becomes of a job in one kind of pipeline.</summary>
/// <param name="Keywords">What rules make of it that its own keywords do not tell: <c>when</c>, variables, needs.</param>
internal sealed record JobInKind(string Kind, Change Change, ImmutableArray<KeywordChange> Keywords);

/// <param name="Change">Of the job in the configuration: it can stay there and still leave a pipeline.</param>
/// <param name="Keywords">Of the job as written, with what it inherits.</param>
/// <param name="Kinds">One for each kind of pipeline, in their order.</param>
internal sealed record JobDifference(string Name, Change Change, ImmutableArray<KeywordChange> Keywords, ImmutableArray<JobInKind> Kinds);

/// <summary>A kind of pipeline that there was, or is, none of.</summary>
/// <param name="From">Why there was none; <see langword="null"/> when there was one.</param>
internal sealed record RefusalChange(string Kind, string? From, string? To);

/// <summary>What becomes of the child pipeline that a trigger job starts.</summary>
internal sealed record ChildDifference(string TriggerJob, ConfigurationDifference Difference);

/// <summary>What a change of configuration does, for all kinds of pipelines at once.</summary>
/// <param name="Children">Only those in which something differs.</param>
internal sealed record ConfigurationDifference(
    ImmutableArray<PipelineKind> Kinds,
    ImmutableArray<KeywordChange> Globals,
    ImmutableArray<RefusalChange> Refusals,
    ImmutableArray<JobDifference> Jobs,
    ImmutableArray<ChildDifference> Children
)
{
    public bool IsEmpty => IsEmptyItself && Children.IsEmpty;

    /// <summary>Whatever becomes of the child pipelines.</summary>
    public bool IsEmptyItself => Globals.IsEmpty && Refusals.IsEmpty && Jobs.IsEmpty;

    /// <param name="from">Compiled for each of the kinds.</param>
    public static ConfigurationDifference Between(
        ImmutableArray<PipelineKind> kinds,
        IReadOnlyList<PipelineTree> from,
        IReadOnlyList<PipelineTree> to
    ) =>
        Of(kinds, [.. from.Select(tree => tree.Compilation)], [.. to.Select(tree => tree.Compilation)]) with
        {
            Children =
            [
                .. to.Concat(from)
                    .SelectMany(tree => tree.Children.Select(child => child.TriggerJob))
                    .Distinct(StringComparer.Ordinal)
                    .Select(name => new ChildDifference(name, Between(kinds, Below(from, name), Below(to, name))))
                    .Where(child => !child.Difference.IsEmpty),
            ],
        };

    private static PipelineTree[] Below(IEnumerable<PipelineTree> trees, string triggerJob) =>
        [.. trees.Select(tree => tree.Child(triggerJob))];

    private static ConfigurationDifference Of(ImmutableArray<PipelineKind> kinds, Compilation[] from, Compilation[] to)
    {
        var (before, after) = (Written(from), Written(to));
        var jobs = ImmutableArray.CreateBuilder<JobDifference>();
        var (oldJobs, newJobs) = (ByName(before), ByName(after));
        var lookups = kinds
            .Select((kind, i) => (kind.Name, From: PipelineJob.ByName(from[i].Pipeline), To: PipelineJob.ByName(to[i].Pipeline)))
            .ToArray();
        foreach (var name in Names(before, after))
        {
            var (old, now) = (oldJobs.GetValueOrDefault(name), newJobs.GetValueOrDefault(name));
            var keywords = Differences(old?.Keywords ?? [], now?.Keywords ?? []);
            var inKinds = lookups
                .Select(lookup => InKind(lookup.Name, lookup.From.GetValueOrDefault(name), lookup.To.GetValueOrDefault(name), keywords))
                .ToImmutableArray();
            if (!keywords.IsEmpty || inKinds.Any(kind => kind.Change != Change.None))
                jobs.Add(new JobDifference(name, ChangeOf(old, now, !keywords.IsEmpty), keywords, inKinds));
        }

        return new ConfigurationDifference(
            kinds,
            Differences(before.Globals, after.Globals),
            Refused(kinds, from, to),
            jobs.ToImmutable(),
            []
        );
    }

    private static WrittenConfiguration Written(IEnumerable<Compilation> compilations) =>
        compilations.Select(compilation => compilation.Written).FirstOrDefault(written => !written.Jobs.IsEmpty)
        ?? WrittenConfiguration.Empty;

    private static Dictionary<string, WrittenConfiguration.Job> ByName(WrittenConfiguration written) =>
        written.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);

    /// <summary>In the new order, those that are gone behind.</summary>
    private static IEnumerable<string> Names(WrittenConfiguration before, WrittenConfiguration after) =>
        after.Jobs.Concat(before.Jobs).Select(job => job.Name).Distinct(StringComparer.Ordinal);

    private static ImmutableArray<KeywordChange> Differences(
        ImmutableArray<WrittenConfiguration.Keyword> from,
        ImmutableArray<WrittenConfiguration.Keyword> to
    )
    {
        var old = from.ToDictionary(keyword => keyword.Name, keyword => keyword.Yaml, StringComparer.Ordinal);
        var now = to.ToDictionary(keyword => keyword.Name, keyword => keyword.Yaml, StringComparer.Ordinal);
        return
        [
            .. to.Concat(from)
                .Select(keyword => keyword.Name)
                .Distinct(StringComparer.Ordinal)
                .Select(name => new KeywordChange(name, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
                .Where(change => change.From != change.To),
        ];
    }

    private static JobInKind InKind(string kind, PipelineJob? from, PipelineJob? to, ImmutableArray<KeywordChange> written)
    {
        if (from is null || to is null)
            return new JobInKind(kind, ChangeOf(from, to, false), []);
        var effective = EffectiveKeywords
            .Differences(from, to)
            .Where(change => !written.Any(known => known.Keyword == change.Keyword))
            .ToImmutableArray();
        return new JobInKind(kind, ChangeOf(from, to, !written.IsEmpty || !effective.IsEmpty), effective);
    }

    private static Change ChangeOf(object? from, object? to, bool differs) =>
        (from, to) switch
        {
            (null, null) => Change.None,
            (null, _) => Change.Added,
            (_, null) => Change.Removed,
            _ => differs ? Change.Changed : Change.None,
        };

    private static ImmutableArray<RefusalChange> Refused(ImmutableArray<PipelineKind> kinds, Compilation[] from, Compilation[] to) =>
        [
            .. kinds
                .Select((kind, i) => new RefusalChange(kind.Name, WhyNone(from[i]), WhyNone(to[i])))
                .Where(change => change.From != change.To),
        ];

    private static string? WhyNone(Compilation compilation) =>
        compilation.Diagnostics.FirstOrDefault(diagnostic => diagnostic.Severity == Severity.Error)?.Message ?? compilation.Refusal;
}
