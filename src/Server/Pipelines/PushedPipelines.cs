using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Git;

namespace Slipway.Server.Pipelines;

/// <summary>Makes the pipelines of a push: one for each branch and tag that moved, four at most. May be told of a push twice.</summary>
internal sealed partial class PushedPipelines(Db db, PipelineCreation creation, ILogger<PushedPipelines> log)
{
    /// <summary>GitLab's <c>git_push_pipeline_limit</c>. https://docs.gitlab.com/administration/instance_limits/#pipelines-created-by-a-git-push</summary>
    private const int MostOfPush = 4;

    public async Task OnPushedAsync(Pushed pushed, CancellationToken ct)
    {
        var project = await db.FindAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId AND deleted_at IS NULL",
            pushed,
            ct
        );
        var user = await db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @UserId", pushed, ct);
        // What a job pushes with its own token starts nothing, or it could go on for ever.
        if (project is null || user is null || pushed.JobId is not null)
            return;
        var options = PushOptions.Parse(pushed.Options);
        foreach (var update in pushed.Refs.Where(update => !update.Deletes).Take(MostOfPush))
        {
            var (branch, tag) = (RefNames.Branch(update.Ref), RefNames.Tag(update.Ref));
            if ((branch ?? tag) is not { } name)
                continue;
            var outcome = await creation.CreateAsync(
                new PipelineOrder
                {
                    Project = project,
                    User = user,
                    Source = "push",
                    Ref = name,
                    IsTag = tag is not null,
                    Sha = update.New,
                    BeforeSha = update.Old,
                    Variables = options.Variables,
                    Inputs = options.Inputs,
                    Origin = $"push:{pushed.Id}:{update.Ref}",
                    HookLink = pushed.HookLink,
                    MaySkip = true,
                    Skip = options.Skip,
                },
                ct
            );
            if (outcome is PipelineOutcome.Refused refused)
                Log.None(log, project.FullPath, name, refused.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "No pipeline for {Project} {Ref}: {Why}")]
        public static partial void None(ILogger log, string project, string @ref, string why);
    }
}

/// <summary>What <c>git push -o</c> says to pipelines. Unknown options are somebody else's. https://docs.gitlab.com/topics/git/commit/#push-options-for-gitlab-cicd</summary>
internal sealed record PushOptions(bool Skip, ImmutableArray<Variable> Variables, ImmutableDictionary<string, string> Inputs)
{
    public static PushOptions Parse(IReadOnlyList<string> options)
    {
        var variables = ImmutableArray.CreateBuilder<Variable>();
        var inputs = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var option in options)
        {
            if (After(option, "ci.variable=") is var (key, value))
                variables.Add(new Variable(key, value, Public: true));
            else if (After(option, "ci.input=") is var (name, given))
                inputs[name] = given;
        }

        return new PushOptions(options.Contains("ci.skip"), variables.DrainToImmutable(), inputs.ToImmutable());
    }

    /// <summary><c>NAME=value</c> behind a prefix.</summary>
    private static (string Name, string Value)? After(string option, string prefix)
    {
        if (!option.StartsWith(prefix))
            return null;
        var equals = option.IndexOf('=', prefix.Length);
        return equals > prefix.Length ? (option[prefix.Length..equals], option[(equals + 1)..]) : null;
    }
}
