using System.Collections.Immutable;
using System.Globalization;
using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>
/// The tokens with which a job proves to others what it is: <c>id_tokens</c>, signed with the instance's key.
/// https://docs.gitlab.com/ci/secrets/id_token_authentication/
/// </summary>
internal sealed class IdTokens(Db db, SigningKey key, ServerUrl url, TimeProvider time)
{
    /// <summary>For clocks that are behind ours.</summary>
    private const int Early = 5;

    /// <summary>By the names that the job gives them.</summary>
    /// <param name="compiled">With the variables that its audiences may hold.</param>
    /// <param name="seconds">How long the job may take: so long they hold.</param>
    public async Task<ImmutableDictionary<string, string>> OfAsync(
        CompiledJob compiled,
        PipelineContext context,
        JobRow job,
        RunnerRow runner,
        int seconds,
        CancellationToken ct
    )
    {
        if (compiled.IdTokens.IsDefaultOrEmpty)
            return ImmutableDictionary<string, string>.Empty;
        var claims = await ClaimsAsync(compiled, context, job, runner, ct);
        var known = VariableList
            .ExpandAll(compiled.Variables)
            .GroupBy(variable => variable.Key)
            .ToDictionary(group => group.Key, group => group.Last().Value);
        var tokens = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var token in compiled.IdTokens)
        {
            string[] audiences = [.. token.Audiences.Select(audience => VariableExpansion.Expand(audience, known.GetValueOrDefault))];
            var now = time.GetUtcNow().ToUnixTimeSeconds();
            tokens[token.Name] = await key.SignAsync(
                new Dictionary<string, object>(claims)
                {
                    ["jti"] = Guid.NewGuid().ToString(),
                    ["iat"] = now,
                    ["nbf"] = now - Early,
                    ["exp"] = now + seconds,
                    ["aud"] = token.IsList ? audiences : audiences[0],
                },
                ct
            );
        }

        return tokens.ToImmutable();
    }

    private async Task<Dictionary<string, object>> ClaimsAsync(
        CompiledJob compiled,
        PipelineContext context,
        JobRow job,
        RunnerRow runner,
        CancellationToken ct
    )
    {
        var pipeline = (await db.FindAsync<PipelineRow>("SELECT * FROM pipelines WHERE id = @PipelineId", job, ct))!;
        var project = (await db.FindAsync<ProjectRow>($"SELECT {ProjectRow.Columns} FROM projects WHERE id = @ProjectId", job, ct))!;
        var user = (await db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @UserId", job, ct))!;
        var role = await Roles.InProjectAsync(db, user, project, time.Milliseconds(), ct);
        var type = pipeline.IsTag ? "tag" : "branch";
        var claims = new Dictionary<string, object>
        {
            ["iss"] = url.Base,
            ["sub"] = $"project_path:{project.FullPath}:ref_type:{type}:ref:{pipeline.Ref}",
            ["namespace_id"] = Text(project.NamespaceId),
            ["namespace_path"] = project.FullPath[..project.FullPath.LastIndexOf('/')],
            ["project_id"] = Text(project.Id),
            ["project_path"] = project.FullPath,
            ["project_visibility"] = project.Visibility,
            ["user_id"] = Text(user.Id),
            ["user_login"] = user.Username,
            ["user_email"] = user.Email,
            ["pipeline_id"] = Text(pipeline.Id),
            ["pipeline_source"] = pipeline.Source,
            ["job_id"] = Text(job.Id),
            ["ref"] = pipeline.Ref,
            ["ref_type"] = type,
            ["ref_path"] = pipeline.FullRef,
            ["ref_protected"] = pipeline.Protected == 1 ? "true" : "false",
            ["runner_id"] = runner.Id,
            ["runner_environment"] = "self-hosted",
            ["sha"] = pipeline.Sha,
            ["ci_config_ref_uri"] = $"{url.Uri.Authority}/{project.FullPath}//{context.Project.ConfigPath}@{pipeline.FullRef}",
            ["ci_config_sha"] = pipeline.Sha,
        };
        if (role > Role.None)
            claims["user_access_level"] = role.ToString().ToLowerInvariant();
        if (compiled.Environment is not { } environment)
            return claims;
        claims["environment"] = environment.Name;
        claims["environment_protected"] = "false";
        claims["environment_action"] = environment.Action;
        if (environment.Tier is { } tier)
            claims["deployment_tier"] = tier;
        return claims;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
