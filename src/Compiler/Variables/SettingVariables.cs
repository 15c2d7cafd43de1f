using System.Collections.Immutable;

namespace Slipway.Compiler.Variables;

/// <summary>
/// The variables that instance, groups and project give to a job. Rules see them as they were when the pipeline was made; a job that is handed out, the
/// first time or again, has them as they are then.
/// </summary>
internal static class SettingVariables
{
    /// <summary>The job with those of now in the place of those of then.</summary>
    /// <param name="job">One of the pipeline's, as it was compiled.</param>
    /// <param name="now">As <see cref="PipelineContext.ProjectVariables"/>.</param>
    public static CompiledJob Renew(CompiledPipeline pipeline, CompiledJob job, ImmutableArray<ScopedVariable> now)
    {
        var environment = job.Environment?.Name;
        var then = EnvironmentScopes.Visible(pipeline.Context.ProjectVariables, environment).Length;
        return job with
        {
            Variables =
            [
                .. job.Variables.AsSpan()[..job.DotenvAt],
                .. EnvironmentScopes.Visible(now, environment),
                .. job.Variables.AsSpan()[(job.DotenvAt + then)..],
            ],
        };
    }
}
