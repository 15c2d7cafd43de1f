using System.Collections.Immutable;
using System.IO.Compression;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Engine.Downstream;
using Slipway.Protocol.Jobs;

namespace Slipway.Cli.LocalRun;

/// <summary>Works out what a trigger job starts: child pipelines run here like any other; another project's needs a server.</summary>
internal sealed class ChildPipelines(LocalProject project, TimeProvider time)
{
    private const int LongestConfig = 2 * 1024 * 1024;

    /// <returns>Compiles the child; may run beside the loop.</returns>
    public Func<ChildPipeline> Plan(PipelineRun run, JobState bridge, JobInputs inputs, int pipelines)
    {
        var plan = DownstreamPlanner.Plan((run.State.Pipeline, run.Id, ""), bridge, inputs.Dotenv, Lineage(run), pipelines);
        if (plan is not DownstreamPlan.Child child)
            return () => Refused(plan);
        var includes = child.Include.Select(include => new ChildInclude(include, ArchiveText(run, include))).ToImmutableArray();
        var context = child.Context with { PipelineIid = run.State.Pipeline.Context.PipelineIid, CreatedAt = time.GetUtcNow() };
        return () => Compile(new ConfigSource.Child(includes), context);
    }

    private ChildPipeline Compile(ConfigSource source, PipelineContext context)
    {
        var compilation = PipelineCompiler.Compile(source, project.Tree, context, CancellationToken.None);
        if (compilation.Pipeline is { } pipeline)
            return new ChildPipeline(pipeline, "", "");
        var why =
            compilation.Refusal
            ?? string.Join(
                "; ",
                compilation
                    .Diagnostics.Where(d => d.Severity == Severity.Error)
                    .Select(d => d.At is { } at ? $"{d.Message} ({at})" : d.Message)
            );
        return new ChildPipeline(null, FailureReason.DownstreamCreation, $"downstream pipeline can not be created, {why}");
    }

    private static ChildPipeline Refused(DownstreamPlan plan) =>
        plan switch
        {
            DownstreamPlan.OtherProject other => new ChildPipeline(
                null,
                FailureReason.DownstreamProjectNotFound,
                $"it starts a pipeline of another project, {other.Project}: that needs a server, a local run has only this repository"
            ),
            DownstreamPlan.Mirror mirror => new ChildPipeline(
                null,
                FailureReason.UpstreamProjectNotFound,
                $"it shows the status of {mirror.Project}'s latest pipeline: that needs a server, a local run has only this repository"
            ),
            DownstreamPlan.Refused refused => new ChildPipeline(null, refused.Reason, refused.Reason.Replace('_', ' ')),
            _ => throw new ArgumentOutOfRangeException(nameof(plan)),
        };

    private static List<UpstreamPipeline> Lineage(PipelineRun run)
    {
        var lineage = new List<UpstreamPipeline>();
        for (var at = run; at is not null; at = at.Parent?.Pipeline)
        {
            var context = at.State.Pipeline.Context;
            lineage.Add(new UpstreamPipeline(context.Project.Id, context.Ref, context.Source));
        }

        return lineage;
    }

    /// <summary>For an artifact include, what the job's archive holds under its path.</summary>
    private static string? ArchiveText(PipelineRun run, TriggerInclude include)
    {
        if (include.Kind != "artifact" || include.Job is null || run.LatestAttempt(include.Job)?.ArtifactsFolder is not { } folder)
            return null;
        if (new ArtifactsFolder(folder).Archive is not { } archive)
            return null;
        using var zip = ZipFile.OpenRead(archive.FullName);
        if (zip.GetEntry(include.Path.TrimStart('/')) is not { Length: <= LongestConfig } entry)
            return null;
        using var content = entry.Open();
        var buffer = new byte[LongestConfig];
        return ProjectTree.TextOf(buffer.AsSpan(0, content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)));
    }
}
