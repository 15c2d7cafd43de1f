using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Registry.Tokens;

/// <summary>
/// Who may pull through a group's dependency proxy: its members, and jobs of projects below it; nobody without a credential, also of a public group. A token
/// needs <c>api</c>, or both of <c>read_registry</c> and <c>write_registry</c>, for what is pulled is written down.
/// https://docs.gitlab.com/user/packages/dependency_proxy/#authenticate-with-the-dependency-proxy-for-container-images
/// </summary>
internal sealed class ProxyRights(Db db, ServerOptions options, TimeProvider time)
{
    private const Scopes Both = Scopes.ReadRegistry | Scopes.WriteRegistry;

    /// <param name="fullName">The whole of the name.</param>
    /// <returns>Nothing when it is not allowed, switched off, or there is no such group.</returns>
    public async Task<Grant?> GrantAsync(Actor actor, ProxyName name, string fullName, CancellationToken ct)
    {
        // What this server's own login may pull is for groups, whose owners can switch it off, and not for everybody who has an account.
        var isForGroups = UpstreamImage.Find(options.Registry.Upstreams, name.Image) is { Registry.User: not null };
        var space = await db.FindAsync<long>(
            """
            SELECT r.namespace_id FROM routes r JOIN namespaces n ON n.id = r.namespace_id
            LEFT JOIN dependency_proxy_settings s ON s.namespace_id = n.id
            WHERE r.path_key = @key AND n.deleted_at IS NULL AND COALESCE(s.enabled, 1) = 1
                AND (n.kind = 'group' OR @isForGroups = 0)
            """,
            new { key = PathRules.Key(name.Group), isForGroups = isForGroups ? 1 : 0 },
            ct
        );
        return space != 0 && await MayAsync(actor, space, ct)
            ? new Grant(new RegistryPlace(0, "", fullName) { ProxyOf = space }, RegistryActions.Pull, 0)
            : null;
    }

    private async Task<bool> MayAsync(Actor actor, long space, CancellationToken ct) =>
        actor switch
        {
            Actor.Person person => IsFor(person.Scopes) && await IsMemberAsync(person.User, space, ct),
            Actor.Job job => await IsMemberAsync(job.User, space, ct) || await IsBelowAsync(await NamespaceOfAsync(job, ct), space, ct),
            Actor.Deploy { NamespaceId: { } of } deploy => IsFor(deploy.Scopes) && await IsBelowAsync(space, of, ct),
            _ => false,
        };

    private static bool IsFor(Scopes scopes) => scopes.HasFlag(Scopes.Api) || (scopes & Both) == Both;

    private async Task<bool> IsMemberAsync(UserRow user, long space, CancellationToken ct) =>
        await Roles.InNamespaceAsync(db, user, space, time.Milliseconds(), ct) >= Role.Guest;

    private Task<long> NamespaceOfAsync(Actor.Job job, CancellationToken ct) =>
        db.FindAsync<long>("SELECT namespace_id FROM projects WHERE id = @ProjectId", new { job.ProjectId }, ct);

    /// <summary>Whether one is the other, or stands below it.</summary>
    private async Task<bool> IsBelowAsync(long space, long above, CancellationToken ct) =>
        await db.FindAsync<long>($"{Roles.Up} SELECT id FROM up WHERE id = @above", new { space, above }, ct) != 0;
}
