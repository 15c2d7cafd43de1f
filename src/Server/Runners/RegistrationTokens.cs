using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Runners;

/// <summary>The one secret of the instance, of each group and of each project with which runners register themselves (runner-protocol §2.1).</summary>
internal sealed class RegistrationTokens(Db db, SecretBox secrets, TimeProvider time)
{
    /// <summary>GitLab's, by which scanners know them.</summary>
    private const string Prefix = "GR1348941";

    private const string Purpose = "registration_tokens.sealed";

    /// <summary>The owner's token; made when there is none yet.</summary>
    public async Task<string> OfAsync(RunnerOwner owner, CancellationToken ct)
    {
        const string find = "SELECT sealed FROM registration_tokens WHERE scope = @scope";
        var scope = owner.ToString();
        if (await db.FindAsync<byte[]>(find, new { scope }, ct) is { } known)
            return secrets.Open(Purpose, known);
        await db.ExecuteAsync(
            "INSERT INTO registration_tokens (scope, hash, sealed, created_at) VALUES (@scope, @hash, @box, @now) ON CONFLICT (scope) DO NOTHING",
            Row(owner, Tokens.Create(Prefix)),
            ct
        );
        return secrets.Open(Purpose, (await db.FindAsync<byte[]>(find, new { scope }, ct))!);
    }

    /// <summary>A new one; the old is no good any more.</summary>
    public async Task<string> ResetAsync(RunnerOwner owner, CancellationToken ct)
    {
        var token = Tokens.Create(Prefix);
        await db.ExecuteAsync(
            """
            INSERT INTO registration_tokens (scope, hash, sealed, created_at) VALUES (@scope, @hash, @box, @now)
            ON CONFLICT (scope) DO UPDATE SET hash = excluded.hash, sealed = excluded.sealed, created_at = excluded.created_at
            """,
            Row(owner, token),
            ct
        );
        return token;
    }

    /// <returns>Whose it is; nothing when it is nobody's.</returns>
    public async Task<RunnerOwner?> FindAsync(string token, CancellationToken ct) =>
        await db.FindAsync<string>("SELECT scope FROM registration_tokens WHERE hash = @hash", new { hash = Tokens.Hash(token) }, ct)
            is { } scope
            ? RunnerOwner.Parse(scope)
            : null;

    private object Row(RunnerOwner owner, string token) =>
        new
        {
            scope = owner.ToString(),
            hash = Tokens.Hash(token),
            box = secrets.Seal(Purpose, token),
            now = time.Milliseconds(),
        };
}

/// <summary>Whose a runner is.</summary>
internal abstract record RunnerOwner
{
    private RunnerOwner() { }

    public sealed record Instance : RunnerOwner
    {
        public override string ToString() => "instance";
    }

    public sealed record Group(long Id) : RunnerOwner
    {
        public override string ToString() => $"group {Id}";
    }

    public sealed record Project(long Id) : RunnerOwner
    {
        public override string ToString() => $"project {Id}";
    }

    /// <summary>GitLab's word for a runner of such an owner.</summary>
    public string RunnerType =>
        this switch
        {
            Group => RunnerWords.Group,
            Project => RunnerWords.Project,
            _ => RunnerWords.Instance,
        };

    /// <summary>What <see cref="object.ToString"/> wrote.</summary>
    public static RunnerOwner Parse(string scope) =>
        scope.Split(' ') switch
        {
            ["group", var id] => new Group(long.Parse(id)),
            ["project", var id] => new Project(long.Parse(id)),
            _ => new Instance(),
        };
}
