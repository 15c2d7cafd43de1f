using Slipway.Compiler;

namespace Slipway.Cli.Comparison;

/// <summary>One of the pipelines a configuration is made for.</summary>
/// <param name="Name">A word for a column: <c>main</c>, <c>branch</c>, <c>mr</c>, <c>tag</c>, <c>schedule</c>.</param>
internal sealed record PipelineKind(string Name, string Description, PipelineContext Context)
{
    /// <summary>
    /// A push to the default branch, a push to another, its merge request, a tag and a schedule. What was changed is not asked:
    /// <c>changes</c> is true in all of them, for the question is what the configuration can do.
    /// </summary>
    /// <param name="context">Of the project; its commit, variables and inputs hold for all.</param>
    /// <param name="branch">A branch that is not the default one.</param>
    public static PipelineKind[] All(PipelineContext context, string branch, string tag)
    {
        var main = context.Project.DefaultBranch;
        var push = context with
        {
            Source = "push",
            RefKind = RefKind.Branch,
            Ref = main,
            RefProtected = true,
            MergeRequest = null,
            ChangedPaths = _ => null,
        };
        var other = push with { Ref = branch, RefProtected = false };
        var request = new MergeRequestFacts
        {
            Title = branch,
            SourceBranch = branch,
            TargetBranch = main,
        };
        return
        [
            new("main", $"push to {main}", push),
            new("branch", $"push to {branch}", other),
            new(
                "mr",
                $"merge request from {branch}",
                other with
                {
                    Source = "merge_request_event",
                    RefKind = RefKind.MergeRequest,
                    MergeRequest = request,
                }
            ),
            new("tag", $"tag {tag}", other with { RefKind = RefKind.Tag, Ref = tag }),
            new("schedule", $"schedule on {main}", push with { Source = "schedule" }),
        ];
    }
}
