using System.Collections.Immutable;
using Slipway.Compiler;

namespace Slipway.Cli.LocalRun;

/// <summary>The part of a pipeline that is to run.</summary>
/// <param name="All">The whole of it.</param>
/// <param name="Borrowed">For a job, those whose artifacts it wants and which are not part of the run.</param>
internal sealed record Selection(
    CompiledPipeline All,
    CompiledPipeline Pipeline,
    IReadOnlyDictionary<string, ImmutableArray<string>> Borrowed
)
{
    /// <summary>
    /// The named jobs, with what they need when that is wanted: a job's needs, or, without needs, all earlier stages. Who is named runs: a
    /// manual job does not wait to be played, a delayed one not for its time, and one for failures not for a failure.
    /// </summary>
    /// <exception cref="CommandException">A name is not one of the pipeline's.</exception>
    public static Selection Of(Compilation compilation, CompiledPipeline pipeline, LocalRunOptions options)
    {
        foreach (var name in options.Manual)
            Resolve(compilation, pipeline, name);
        if (options.Jobs.IsEmpty)
            return new Selection(pipeline, pipeline, ImmutableDictionary<string, ImmutableArray<string>>.Empty);
        var named = options.Jobs.SelectMany(name => Resolve(compilation, pipeline, name)).ToHashSet(StringComparer.Ordinal);
        var picked = options.WithNeeds ? WithNeeds(pipeline, named) : named;
        var borrowed = new Dictionary<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var jobs = ImmutableArray.CreateBuilder<CompiledJob>();
        foreach (var job in pipeline.Jobs)
        {
            if (!picked.Contains(job.Name))
                continue;
            if (job.ArtifactsFrom.Any(name => !picked.Contains(name)))
                borrowed[job.Name] = [.. job.ArtifactsFrom.Where(name => !picked.Contains(name))];
            jobs.Add(Cut(job, picked, named.Contains(job.Name)));
        }

        return new Selection(pipeline, pipeline with { Jobs = jobs.ToImmutable() }, borrowed);
    }

    private static CompiledJob Cut(CompiledJob job, HashSet<string> picked, bool isNamed) =>
        job with
        {
            When = isNamed && job.When is JobWhen.Manual or JobWhen.Delayed or JobWhen.OnFailure ? JobWhen.OnSuccess : job.When,
            Needs = job.Needs is { } needs ? [.. needs.Where(need => picked.Contains(need.Job))] : null,
            ArtifactsFrom = [.. job.ArtifactsFrom.Where(picked.Contains)],
        };

    private static HashSet<string> WithNeeds(CompiledPipeline pipeline, HashSet<string> named)
    {
        var jobs = pipeline.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
        var picked = new HashSet<string>(named, StringComparer.Ordinal);
        var open = new Stack<string>(named);
        // Stages below this one are in already: a long chain of stages must not be walked anew for each job.
        var stages = 0;
        while (open.TryPop(out var name))
        {
            IEnumerable<string> before = [];
            if (jobs[name].Needs is { } needs)
                before = needs.Select(need => need.Job).Where(jobs.ContainsKey);
            else if (jobs[name].StageIndex > stages)
                (before, stages) = (
                    pipeline.Jobs.Where(job => job.StageIndex < jobs[name].StageIndex).Select(job => job.Name),
                    jobs[name].StageIndex
                );
            foreach (var need in before)
            {
                if (picked.Add(need))
                    open.Push(need);
            }
        }

        return picked;
    }

    private static string[] Resolve(Compilation compilation, CompiledPipeline pipeline, string name)
    {
        if (pipeline.Jobs.Any(job => job.Name == name))
            return [name];
        var group = pipeline.Jobs.Where(job => job.GroupName == name).Select(job => job.Name).ToArray();
        if (group.Length > 0)
            return group;
        throw NotThere(compilation, pipeline, name);
    }

    private static CommandException NotThere(Compilation compilation, CompiledPipeline pipeline, string name)
    {
        if (compilation.Decisions.FirstOrDefault(d => d.Job == name) is { } decision)
            return new CommandException(
                ExitCode.NotFound,
                $"\"{name}\" is not in this pipeline: {decision.Reason}",
                $"slipway explain {name} tells more; --source, --ref and --tag make other pipelines"
            );
        var near = Suggestion.Nearest(name, pipeline.Jobs.SelectMany(job => (string[])[job.Name, job.GroupName]));
        return new CommandException(
            ExitCode.NotFound,
            $"there is no job \"{name}\" in the pipeline",
            near is null ? "slipway list shows all jobs" : $"did you mean \"{near}\"?"
        );
    }
}
