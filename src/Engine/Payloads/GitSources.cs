using System.Collections.Immutable;
using System.Globalization;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Payloads;

/// <summary>Where a job's sources come from and how much of them (runner-protocol §4.3).</summary>
internal static class GitSources
{
    private const string DepthVariable = "GIT_DEPTH";

    public static GitInfo Of(PipelineContext context, JobIdentity identity, ImmutableArray<Variable> variables)
    {
        var depth = Depth(variables) ?? identity.DefaultGitDepth;
        return new GitInfo
        {
            RepoUrl = identity.RepositoryUrl.Length == 0 ? "" : PayloadVariables.WithLogin(identity.RepositoryUrl, identity.Token),
            Ref = context.RefKind == RefKind.MergeRequest && MergeRequestRef(context) is { } head ? head : context.Ref,
            Sha = context.Commit.Sha,
            BeforeSha = context.Commit.BeforeSha,
            RefType = context.RefKind == RefKind.Tag ? "tag" : "branch",
            Refspecs = [.. Refspecs(context, identity, depth)],
            Depth = depth,
            Protected = context.RefProtected,
        };
    }

    private static IEnumerable<string> Refspecs(PipelineContext context, JobIdentity identity, int depth)
    {
        if (identity.HasPipelineRef)
            yield return Same(string.Create(CultureInfo.InvariantCulture, $"refs/pipelines/{identity.PipelineId}"));
        else if (context.RefKind == RefKind.MergeRequest && MergeRequestRef(context) is { } head)
            yield return Same(head);

        if (depth <= 0)
        {
            yield return "+refs/heads/*:refs/remotes/origin/*";
            yield return "+refs/tags/*:refs/tags/*";
        }
        else if (context.RefKind == RefKind.Branch)
        {
            yield return $"+refs/heads/{context.Ref}:refs/remotes/origin/{context.Ref}";
        }
        else if (context.RefKind == RefKind.Tag)
        {
            yield return Same($"refs/tags/{context.Ref}");
        }
    }

    private static string? MergeRequestRef(PipelineContext context) =>
        context.MergeRequest is { } request
            ? $"refs/merge-requests/{request.Iid}/{(request.EventType == "detached" ? "head" : "merge")}"
            : null;

    private static string Same(string name) => $"+{name}:{name}";

    /// <summary>The digits the value begins with, as GitLab reads it; nothing to read is the whole history, and so is a number below nothing.</summary>
    private static int? Depth(ImmutableArray<Variable> variables)
    {
        Variable? given = null;
        foreach (var variable in variables)
        {
            if (variable.Key == DepthVariable)
                given = variable;
        }

        if (given is null)
            return null;
        var text = given.Value.AsSpan().TrimStart();
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var depth) ? depth : 0;
    }
}
