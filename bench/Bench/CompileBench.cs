using BenchmarkDotNet.Attributes;
using Slipway.Compiler;
using Slipway.Engine;

namespace Slipway.Bench;

/// <summary>From text to pipeline, warm: 15 ms for 5,000 lines and 50 ms for 1,000 jobs with rules and needs are what we allow ourselves.</summary>
[MemoryDiagnoser]
public class CompileBench
{
    private static readonly string Lines = Configurations.FiveThousandLines();
    private static readonly string Jobs = Configurations.Jobs(1_000);
    private static readonly string ManyJobs = Configurations.Jobs(5_000);
    private static readonly ProjectTree Tree = ProjectTree.From(Configurations.Includes());
    private static readonly CompiledPipeline Pipeline = Compile(Jobs);

    [Benchmark]
    public object FiveThousandLines() => Compile(Lines);

    [Benchmark]
    public object ThousandJobs() => Compile(Jobs);

    [Benchmark]
    public object FiveThousandJobs() => Compile(ManyJobs);

    [Benchmark]
    public object HundredFiftyIncludes() => Compile(new ConfigSource.File(".gitlab-ci.yml"), Tree);

    /// <summary>Every job of the thousand is started and succeeds.</summary>
    [Benchmark]
    public object ThousandJobsLive()
    {
        var at = DateTimeOffset.UnixEpoch;
        var state = Machine.Create(Pipeline, at);
        for (var number = 0; number < Pipeline.Jobs.Length; number++)
        {
            state = Machine.Apply(state, new PipelineEvent.Started(number, at));
            state = Machine.Apply(state, new PipelineEvent.Succeeded(number, at));
        }
        return state.Status == Status.Success ? state : throw new InvalidOperationException(state.Status.ToString());
    }

    private static CompiledPipeline Compile(string text) => Compile(new ConfigSource.Text(".gitlab-ci.yml", text), ProjectTree.Empty);

    private static CompiledPipeline Compile(ConfigSource source, ProjectTree tree)
    {
        var compilation = PipelineCompiler.Compile(source, tree, new PipelineContext(), default);
        return compilation.Pipeline ?? throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics));
    }
}
