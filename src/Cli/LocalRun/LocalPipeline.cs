using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine;

namespace Slipway.Cli.LocalRun;

/// <summary>The door of <c>slipway run</c>: a project in, a pipeline run to where it moves no further, its result out.</summary>
internal static class LocalPipeline
{
    /// <param name="abort">Ends everything at once, without after_script. Cancelling in order is a <see cref="RunControl"/>.</param>
    /// <returns>With errors in the configuration, or when its rules want no pipeline, the compilation alone says why nothing ran.</returns>
    /// <exception cref="CommandException">The options name a job that is not there, or the state folder cannot be written.</exception>
    public static async Task<LocalRunResult> RunAsync(
        LocalProject project,
        LocalRunOptions options,
        LocalRunParts parts,
        CancellationToken abort
    )
    {
        var started = parts.Time.GetTimestamp();
        var sources = project.Sources(abort);
        var context = project.Context with { PipelineIid = StateFolder.NextNumber(project.StateDir) };
        var compilation = PipelineCompiler.Compile(project.Config, project.Tree, context, abort);
        if (compilation.Pipeline is not { } pipeline)
            return new LocalRunResult(compilation.IsValid ? ExitCode.Ok : ExitCode.Invalid, compilation, null, []);
        var selection = Selection.Of(compilation, pipeline, options);
        var states = new StateFolder(project.StateDir);
        using var run = states.Begin(parts.Time);
        await using var session = new RunSession(project with { Sources = _ => sources }, options, parts, (states, run), abort);
        var coordinator = await session.RunAsync(compilation, selection);
        var result = Result(compilation, coordinator);
        parts.View.PipelineFinished(result, session.Places(parts.Time.GetElapsedTime(started)));
        return result;
    }

    private static LocalRunResult Result(Compilation compilation, Coordinator coordinator)
    {
        var reports = ImmutableArray.CreateBuilder<JobReport>();
        foreach (var pipeline in coordinator.Pipelines)
        {
            for (var number = 0; number < pipeline.Attempts.Count; number++)
                reports.Add(pipeline.Report(number));
        }

        var state = coordinator.Pipelines[0].State;
        var exit =
            coordinator.WasCanceled ? ExitCode.Interrupted
            : state.Status == Status.Manual && state.Jobs.Any(job => job is { Status: Status.Failed, Retried: false, AllowFailure: false })
                ? ExitCode.Failed
            : state.Status is Status.Success or Status.Skipped or Status.Manual ? ExitCode.Ok
            : ExitCode.Failed;
        return new LocalRunResult(exit, compilation, state, reports.ToImmutable());
    }
}
