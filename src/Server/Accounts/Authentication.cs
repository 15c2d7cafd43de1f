using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>What a credential turned out to be.</summary>
internal abstract record Credential
{
    private Credential() { }

    public sealed record Good(Actor Actor) : Credential;

    /// <summary>Nobody's, or a user's who is blocked.</summary>
    public sealed record Unknown : Credential;

    public sealed record Expired : Credential;

    public sealed record Revoked : Credential;

    /// <summary>Too many passwords were tried from there.</summary>
    public sealed record TooMany(TimeSpan Wait) : Credential;
}

/// <summary>Who a token or a password belongs to. All doors ask here: the API's headers, Git's basic authentication, the runners' job tokens.</summary>
internal sealed class Authentication(Db db, TimeProvider time, SignIn signIn)
{
    /// <summary>GitLab's user name for a job's own token.</summary>
    public const string JobUser = "gitlab-ci-token";

    /// <summary>How old <c>last_used_at</c> and <c>last_activity_at</c> may be before they are written anew.</summary>
    private static readonly TimeSpan UsedEvery = TimeSpan.FromMinutes(10);

    /// <summary>An access token; a job's token too.</summary>
    public async Task<Credential> TokenAsync(string token, CancellationToken ct)
    {
        if (token.StartsWith(Tokens.Job, StringComparison.Ordinal))
            return await JobAsync(token, ct);
        var row = await db.FindAsync<AccessTokenRow>(
            $"SELECT {AccessTokenRow.Columns} FROM access_tokens WHERE hash = @hash",
            new { hash = Tokens.Hash(token) },
            ct
        );
        if (row is null)
            return new Credential.Unknown();
        var now = time.Milliseconds();
        if (row.RevokedAt is not null)
            return new Credential.Revoked();
        if (!row.IsActive(now))
            return new Credential.Expired();
        if (await UserStore.FindAsync(db, row.UserId, ct) is not { IsActive: true } user)
            return new Credential.Unknown();
        if (row.LastUsedAt is null || row.LastUsedAt < now - UsedEvery.TotalMilliseconds)
            await TouchAsync(row, now, ct);
        return new Credential.Good(new Actor.Person(user, ScopeWords.OfColumn(row.Scopes), row.Id));
    }

    /// <summary>A job's own token: good from the moment the job is handed out until it has ended.</summary>
    public async Task<Credential> JobAsync(string token, CancellationToken ct)
    {
        var args = new { hash = Tokens.Hash(token), now = time.Milliseconds() };
        var job = await db.FindAsync<JobTokenRow>(
            """
            SELECT id, pipeline_id, project_id, user_id FROM jobs
            WHERE token_hash = @hash AND (status IN ('running', 'canceling') OR (status = 'pending' AND offered_until > @now))
            """,
            args,
            ct
        );
        return job is not null && await UserStore.FindAsync(db, job.UserId, ct) is { IsActive: true } user
            ? new Credential.Good(new Actor.Job(job.Id, job.PipelineId, job.ProjectId, user))
            : new Credential.Unknown();
    }

    /// <summary>
    /// Basic authentication of Git and the registry: <c>gitlab-ci-token</c> with a job's token, a deploy token's name with it, any name with an access token, or
    /// a user with a password, unless a second factor is asked of that user.
    /// </summary>
    /// <param name="address">Where it comes from.</param>
    public async Task<Credential> BasicAsync(string user, string password, string address, CancellationToken ct)
    {
        if (user == JobUser)
            return await JobAsync(password, ct);
        if (password.StartsWith(Tokens.Deploy, StringComparison.Ordinal) && await DeployAsync(user, password, ct) is { } deploy)
            return new Credential.Good(deploy);
        if (
            password.StartsWith(Tokens.Access, StringComparison.Ordinal)
            && await TokenAsync(password, ct) is not Credential.Unknown and var token
        )
            return token;
        return await signIn.TryAsync(user, password, null, address, ct) switch
        {
            SignInOutcome.Welcome welcome => new Credential.Good(new Actor.Person(welcome.User, ScopeWords.Full, null)),
            SignInOutcome.TooMany tooMany => new Credential.TooMany(tooMany.Wait),
            _ => new Credential.Unknown(),
        };
    }

    private async Task<Actor.Deploy?> DeployAsync(string user, string token, CancellationToken ct)
    {
        var row = await db.FindAsync<DeployTokenRow>(
            $"SELECT {DeployTokenRow.Columns} FROM deploy_tokens WHERE hash = @hash",
            new { hash = Tokens.Hash(token) },
            ct
        );
        return row is not null && row.Username == user && row.IsActive(time.Milliseconds())
            ? new Actor.Deploy(row.Id, row.Username, ScopeWords.OfColumn(row.Scopes), row.ProjectId, row.NamespaceId)
            : null;
    }

    private Task<int> TouchAsync(AccessTokenRow token, long now, CancellationToken ct) =>
        db.WriteAsync(
            async (session, t) =>
            {
                await session.ExecuteAsync("UPDATE users SET last_activity_at = @now WHERE id = @UserId", new { now, token.UserId }, t);
                return await session.ExecuteAsync("UPDATE access_tokens SET last_used_at = @now WHERE id = @Id", new { now, token.Id }, t);
            },
            ct
        );

    private sealed record JobTokenRow(long Id, long PipelineId, long ProjectId, long UserId);
}
