using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Push;

/// <summary>Somebody who pushes: the project with his role there, and the job whose token it is, if it is one's.</summary>
internal sealed record Pusher(ProjectContext Project, UserRow User, long? JobId = null)
{
    /// <summary>By the API or a page, which may delete what is protected.</summary>
    public bool FromWeb { get; init; }

    /// <summary>The webhook's event that made him push.</summary>
    public HookLink? HookLink { get; init; }
}

/// <summary>
/// Takes a push, in this order: names and rights of what needs no object; the pack, into quarantine and checked; rights of what needs one; the objects in; a
/// row that says what is about to move; the refs; the row of work. Killed anywhere, what was not acknowledged is either undone or finished.
/// </summary>
internal sealed class ReceivePack(
    Repositories repositories,
    PushIntents intents,
    Db db,
    TimeProvider time,
    ServerUrl url,
    ServerOptions options
)
{
    private const string Declined = "pre-receive hook declined";

    /// <param name="pack">What follows the list of commands; read to its end whatever becomes of it.</param>
    public async Task<PushReport> RunAsync(Pusher pusher, PushRequest request, Stream pack, CancellationToken ct)
    {
        var repository = repositories.Create(pusher.Project.Id);
        var push = new Attempt(request);
        foreach (var twice in request.Commands.GroupBy(command => command.Ref).Where(group => group.Count() > 1))
            push.Refuse(twice.Key, "multiple updates for ref not allowed");
        foreach (var command in request.Commands)
            if (RefRules.CheckName(command.Ref) is { } wrong)
                push.Refuse(command.Ref, wrong);
        using var quarantine = new Quarantine(repository);
        if (request.HasPack && await TakeAsync(push, quarantine, pack, ct) is { } broken)
            return push.Broken(broken);
        await CheckObjectsAsync(push, quarantine, ct);
        var branches = await repository.RefsAsync(ct, RefNames.Heads);
        await CheckRightsAsync(push, pusher, branches.Count == 0, quarantine, ct);
        push.AllOrNothing();
        if (push.Left.Count > 0)
        {
            KillPoint.Pass("push quarantined");
            quarantine.Migrate();
            KillPoint.Pass("push migrated");
            await MoveAsync(push, pusher, repository, branches, ct);
        }

        return push.Report();
    }

    private async Task<string?> TakeAsync(Attempt push, Quarantine quarantine, Stream pack, CancellationToken ct)
    {
        // Nothing of it is wanted; the client must still get rid of it before it listens.
        if (push.Left.Count == 0)
        {
            await pack.CopyToAsync(Stream.Null, ct);
            return null;
        }

        var broken = await quarantine.TakeAsync(pack, options.PackBytes, ct);
        if (broken is not null)
            await pack.CopyToAsync(Stream.Null, ct);
        return broken;
    }

    /// <summary>All that a ref leads to is here, and a branch leads to a commit.</summary>
    private static async Task CheckObjectsAsync(Attempt push, Quarantine quarantine, CancellationToken ct)
    {
        var wanted = push.Left.Where(update => !update.Deletes).ToList();
        if (wanted.Count == 0)
            return;
        if (!await quarantine.IsConnectedAsync(wanted.Select(update => update.New), ct))
            foreach (var update in wanted)
                if (!await quarantine.IsConnectedAsync([update.New], ct))
                    push.Refuse(update.Ref, "missing necessary objects");
        var heads = push.Left.Where(update => !update.Deletes && RefNames.Branch(update.Ref) is not null).ToList();
        var commits = await quarantine.CommitsAsync([.. heads.Select(update => update.New).Distinct()], ct);
        foreach (var update in heads.Where(update => !commits.Contains(update.New)))
            push.Refuse(update.Ref, "failed to update ref");
    }

    /// <summary>One ref that may not move keeps all of them where they are, as GitLab has it.</summary>
    private async Task CheckRightsAsync(Attempt push, Pusher pusher, bool isEmpty, Quarantine quarantine, CancellationToken ct)
    {
        var rights = await RightsAsync(pusher, isEmpty, ct);
        foreach (var update in push.Left)
        {
            var why = await RefRules.CheckAsync(
                update,
                rights,
                async forced => !await quarantine.IsAncestorAsync(forced.Old, forced.New, ct)
            );
            if (why is null)
                continue;
            push.Say("GitLab: " + why);
            push.RefuseAll(Declined);
            return;
        }
    }

    private async Task<PushRights> RightsAsync(Pusher pusher, bool isEmpty, CancellationToken ct)
    {
        var rules = await db.QueryAsync<ProtectedRefRow>(
            $"SELECT {ProtectedRefRow.Columns} FROM protected_refs WHERE project_id = @Id",
            new { pusher.Project.Id },
            ct
        );
        var byKind = rules.ToLookup(rule => rule.Kind);
        return new PushRights(
            pusher.Project.Role,
            pusher.User.IsAdmin,
            pusher.Project.Project.DefaultBranch,
            isEmpty,
            pusher.FromWeb,
            name => ProtectedRefs.Match(byKind[ProtectedRefs.Branch], name),
            name => ProtectedRefs.Match(byKind[ProtectedRefs.Tag], name)
        );
    }

    private async Task MoveAsync(Attempt push, Pusher pusher, Repository repository, IReadOnlyList<RefEntry> before, CancellationToken ct)
    {
        var pushed = new Pushed(intents.Id(), pusher.Project.Id, pusher.User.Id, push.Left, push.Options, time.Milliseconds())
        {
            JobId = pusher.JobId,
            HookLink = pusher.HookLink,
        };
        await intents.BeginAsync(pushed, ct);
        KillPoint.Pass("push intended");
        // From here on the client's going away changes nothing.
        await MoveRefsAsync(push, repository, CancellationToken.None);
        KillPoint.Pass("push moved");
        var moved = push.Left.Where(update => update.Old != update.New).ToList();
        var created = before.Count > 0 ? [] : moved.Select(update => RefNames.Branch(update.Ref)).OfType<string>().ToList();
        if (await intents.FinishAsync(pushed with { Refs = moved }, created, CancellationToken.None) is { } branch)
            await repository.SetDefaultBranchAsync(branch, CancellationToken.None);
        KillPoint.Pass("push told");
        foreach (var update in moved.Where(update => !update.Deletes && pusher.JobId is null).Take(1))
            Point(push, pusher.Project.Project, update);
    }

    private static async Task MoveRefsAsync(Attempt push, Repository repository, CancellationToken ct)
    {
        if (await repository.UpdateRefsAsync(push.Left, ct) is null)
            return;
        // One of them has moved meanwhile, or stands in another's way. Each for itself, unless the client wants all or nothing.
        if (push.Request.IsAtomic)
            push.RefuseAll("failed to update ref");
        foreach (var update in push.Left)
            if (await repository.UpdateRefsAsync([update], ct) is not null)
                push.Refuse(update.Ref, "failed to update ref");
    }

    /// <summary>Where the pipelines are that this may have started.</summary>
    private void Point(Attempt push, ProjectRow project, RefUpdate update)
    {
        var name = RefNames.Branch(update.Ref) ?? RefNames.Tag(update.Ref);
        if (name is null)
            return;
        push.Say("");
        push.Say($"View pipelines for {name}:");
        push.Say($"  {url.Of($"/{project.FullPath}/-/pipelines?ref={Uri.EscapeDataString(name)}")}");
        push.Say("");
    }

    /// <summary>What has become of each ref so far.</summary>
    private sealed class Attempt(PushRequest request)
    {
        private readonly Dictionary<string, string> _refused = [];
        private readonly List<string> _messages = [];

        public PushRequest Request => request;
        public IReadOnlyList<string> Options => request.Options;

        /// <summary>Those that may still move.</summary>
        public List<RefUpdate> Left => [.. request.Commands.Where(command => !_refused.ContainsKey(command.Ref))];

        public void Say(string line) => _messages.Add(line);

        public void Refuse(string name, string why) => _refused.TryAdd(name, why);

        public void RefuseAll(string why) => Left.ForEach(update => Refuse(update.Ref, why));

        public void AllOrNothing()
        {
            if (request.IsAtomic && _refused.Count > 0)
                RefuseAll("atomic push failure");
        }

        public PushReport Broken(string why)
        {
            RefuseAll("unpacker error");
            return new PushReport(why, Refs(), _messages);
        }

        public PushReport Report() => new(null, Refs(), _messages);

        private List<RefReport> Refs() =>
            [.. request.Commands.Select(command => new RefReport(command.Ref, _refused.GetValueOrDefault(command.Ref)))];
    }
}
