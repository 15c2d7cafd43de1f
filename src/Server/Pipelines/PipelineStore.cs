using System.Collections.Concurrent;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Secrets;
using Slipway.Server.Work;

namespace Slipway.Server.Pipelines;

/// <summary>What tells whether a state of a pipeline that is remembered is the one in the rows.</summary>
internal sealed record PipelineHead(long Id, string Status, long Version);

/// <summary>
/// Pipelines as the engine knows them, in rows: loads one, lets the engine work in what happened, and writes only the difference, with the work that follows
/// from it, in one transaction.
/// </summary>
internal sealed class PipelineStore(
    SecretBox secrets,
    JobBell bell,
    WorkLoop work,
    IEnumerable<PipelineFollower> followers,
    TimeProvider time
)
{
    /// <summary>What compiled pipelines are sealed for.</summary>
    public const string CompiledPurpose = "compiled_pipelines.body";

    private const int MostRemembered = 64;

    private static readonly Dictionary<int, JobClaim> s_noClaims = [];

    private readonly JobRows _rows = new(secrets);
    private readonly RememberedStates _states = new();

    // What was compiled never changes, and pipelines that run are asked for again and again.
    private readonly ConcurrentDictionary<long, CompiledPipeline> _remembered = [];

    /// <summary>Asks for what <see cref="LoadAsync"/> and <see cref="ApplyAsync(Session, long, IEnumerable{PipelineEvent}, CancellationToken, long?, IReadOnlyDictionary{int, JobClaim}, PipelineHead)"/> need to know of pipelines first.</summary>
    public static SessionBatch.Rows<PipelineHead> Heads(SessionBatch batch, IEnumerable<long> pipelines) =>
        batch.Query<PipelineHead>(
            "SELECT id, status, version FROM pipelines WHERE id IN @pipelines",
            new Dictionary<string, object?> { ["pipelines"] = new In<long>([.. pipelines]) }
        );

    /// <param name="head">The pipeline's, when it has been read in this transaction.</param>
    /// <returns>Nothing when there is no such pipeline, or it has no jobs.</returns>
    public async Task<PipelineState?> LoadAsync(Session session, long pipelineId, CancellationToken ct, PipelineHead? head = null)
    {
        if (await CompiledAsync(session, pipelineId, ct) is not { } compiled)
            return null;
        // It may be remembered and gone.
        const string read = "SELECT id, status, version FROM pipelines WHERE id = @pipelineId";
        if ((head ?? await session.FindAsync<PipelineHead>(read, new { pipelineId }, ct)) is not (_, var status, var version))
            return null;
        if (_states.Find(pipelineId, version) is { } known)
            return known;
        var jobs = await session.QueryAsync<JobRow>(
            "SELECT * FROM jobs WHERE pipeline_id = @pipelineId ORDER BY number",
            new { pipelineId },
            ct
        );
        var state = new PipelineState
        {
            Pipeline = compiled,
            Status = Statuses.Parse(status)!.Value,
            Jobs = [.. jobs.Select(row => _rows.ToState(row, compiled))],
        };
        _states.Keep(pipelineId, version, state, isRead: true);
        return state;
    }

    /// <summary>What happened, worked in. An event that comes too late changes nothing.</summary>
    /// <param name="userId">Who is responsible for new attempts; nothing: whoever was for the one before.</param>
    /// <returns>The state afterwards; nothing when there is no such pipeline, or it has no jobs.</returns>
    public Task<PipelineState?> ApplyAsync(
        Session session,
        long pipelineId,
        PipelineEvent happened,
        CancellationToken ct,
        long? userId = null
    ) => ApplyAsync(session, pipelineId, [happened], ct, userId);

    /// <summary>Several things that happened at once, worked in one after the other and written together: followers see what comes of them all.</summary>
    /// <param name="claims">By the job's number: whose the jobs are that start with this.</param>
    /// <param name="head">The pipeline's, when it has been read in this transaction.</param>
    public async Task<PipelineState?> ApplyAsync(
        Session session,
        long pipelineId,
        IEnumerable<PipelineEvent> happened,
        CancellationToken ct,
        long? userId = null,
        IReadOnlyDictionary<int, JobClaim>? claims = null,
        PipelineHead? head = null
    )
    {
        if (await LoadAsync(session, pipelineId, ct, head) is not { } before)
            return null;
        var after = happened.Aggregate(before, Machine.Apply);
        return ReferenceEquals(before, after)
            ? after
            : await SaveAsync(session, pipelineId, before, after, userId, claims ?? s_noClaims, ct);
    }

    /// <summary>Gives a pipeline its jobs: those that need not wait are pending.</summary>
    public async Task<PipelineState> BeginAsync(Session session, PipelineRow row, CompiledPipeline compiled, CancellationToken ct)
    {
        // What was read to compile it is not kept in memory with it.
        compiled = compiled with
        {
            Context = compiled.Context with { External = ExternalFiles.None },
        };
        var state = Machine.Create(compiled, time.GetUtcNow());
        var groups = state.Jobs.Select(job => job.Job.ResourceGroup).OfType<string>().Distinct();
        await ResourceGroupStore.AddAsync(session, row.ProjectId, groups, time.Milliseconds(), ct);
        await session.ExecuteAsync(
            "INSERT INTO compiled_pipelines (pipeline_id, body) VALUES (@Id, @body)",
            new { row.Id, body = secrets.SealBytes(CompiledPurpose, CompiledJson.Write(compiled)) },
            ct
        );
        session.AfterCommit(() => Remember(row.Id, compiled));
        return await SaveAsync(session, row.Id, state with { Status = Status.Created, Jobs = [] }, state, row.UserId, s_noClaims, ct);
    }

    /// <summary>A pipeline's jobs as they were compiled, for one that is there.</summary>
    /// <returns>Nothing when it has no jobs.</returns>
    public async Task<CompiledPipeline?> CompiledAsync(Db db, long pipelineId, CancellationToken ct) =>
        _remembered.GetValueOrDefault(pipelineId) ?? await db.ReadAsync((session, t) => CompiledAsync(session, pipelineId, t), ct);

    /// <summary>A pipeline's jobs as they were compiled, which never changes.</summary>
    /// <returns>Nothing when there is no such pipeline, or it has no jobs.</returns>
    public async Task<CompiledPipeline?> CompiledAsync(Session session, long pipelineId, CancellationToken ct)
    {
        if (_remembered.TryGetValue(pipelineId, out var known))
            return known;
        var body = await session.FindAsync<byte[]>(
            "SELECT body FROM compiled_pipelines WHERE pipeline_id = @pipelineId",
            new { pipelineId },
            ct
        );
        if (body is null)
            return null;
        return Remember(pipelineId, CompiledJson.Read(secrets.OpenBytes(CompiledPurpose, body)));
    }

    private CompiledPipeline Remember(long pipelineId, CompiledPipeline compiled)
    {
        if (_remembered.Count >= MostRemembered)
            _remembered.Clear();
        return _remembered[pipelineId] = compiled;
    }

    /// <returns>The state that was written; another than <paramref name="after"/> when jobs were refused.</returns>
    private async Task<PipelineState> SaveAsync(
        Session session,
        long pipelineId,
        PipelineState before,
        PipelineState after,
        long? userId,
        IReadOnlyDictionary<int, JobClaim> claims,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var known = before.Jobs.Length;
        var batch = session.Batch();
        var saved = Save(batch, pipelineId, after, now);
        _rows.Update(batch, pipelineId, after.Jobs.Take(known).Where(job => !ReferenceEquals(job, before.Jobs[job.Number])), claims, now);
        await batch.RunAsync(ct);
        var row = saved.First!;
        if (row.External == 1)
            row = await ExternalStatuses.CountInAsync(session, row, after.Status, now, ct);
        await AddAsync(session, row, after.Jobs.Skip(known), userId, now, ct);

        _states.Keep(pipelineId, row.Version, after);
        await FollowAsync(session, row, before, after, ct);
        return await TellAsync(session, new PipelineChange(row, before, after), ct);
    }

    private async Task AddAsync(Session session, PipelineRow row, IEnumerable<JobState> jobs, long? userId, long now, CancellationToken ct)
    {
        var added = new List<(JobState Job, long UserId)>();
        foreach (var job in jobs)
            added.Add((job, userId ?? await ResponsibleAsync(session, row, job, ct)));
        if (added.Count == 0)
            return;
        // In two halves, for the tests that end the server between them.
        await InsertAsync(added.Take(1));
        KillPoint.Pass("job inserted");
        await InsertAsync(added.Skip(1));

        Task InsertAsync(IEnumerable<(JobState Job, long UserId)> some)
        {
            var batch = session.Batch();
            _rows.Insert(batch, row, some, now);
            return batch.RunAsync(ct);
        }
    }

    private async Task<PipelineState> TellAsync(Session session, PipelineChange change, CancellationToken ct)
    {
        var state = change.After;
        foreach (var follower in followers)
        {
            foreach (var refused in await follower(session, change, ct))
            {
                var failed = new PipelineEvent.Failed(refused.Number, refused.Reason, null, time.GetUtcNow());
                state = await ApplyAsync(session, change.Pipeline.Id, failed, ct) ?? state;
            }
        }

        return state;
    }

    /// <summary>The pipeline's own row, with a version that no state of it ever had or will have.</summary>
    private static SessionBatch.Rows<PipelineRow> Save(SessionBatch batch, long pipelineId, PipelineState after, long now) =>
        batch.Query<PipelineRow>(
            """
            UPDATE pipelines SET status = @status, version = @version, ready = 1, updated_at = @now, started_at = COALESCE(started_at, @started),
              finished_at = @finished
            WHERE id = @pipelineId RETURNING *
            """,
            new Dictionary<string, object?>
            {
                ["pipelineId"] = pipelineId,
                ["status"] = Statuses.Word(after.Status),
                ["version"] = RememberedStates.NewVersion(),
                ["now"] = now,
                ["started"] = after.Jobs.Min(job => job.StartedAt)?.ToUnixTimeMilliseconds(),
                ["finished"] = Statuses.IsCompleted(after.Status) ? now : null,
            }
        );

    /// <summary>A new attempt that the engine asked for belongs to whoever the one before belonged to.</summary>
    private static async Task<long> ResponsibleAsync(Session session, PipelineRow row, JobState job, CancellationToken ct) =>
        await session.FindAsync<long?>(
            "SELECT user_id FROM jobs WHERE pipeline_id = @Id AND job_index = @index ORDER BY number DESC LIMIT 1",
            new { row.Id, index = (long)job.JobIndex },
            ct
        ) ?? row.UserId;

    /// <summary>The work that follows from a change.</summary>
    private async Task FollowAsync(Session session, PipelineRow row, PipelineState before, PipelineState after, CancellationToken ct)
    {
        foreach (var job in after.Jobs)
        {
            var was = job.Number < before.Jobs.Length ? before.Jobs[job.Number].Status : Status.Created;
            if (job.Status == was && job.Number < before.Jobs.Length)
                continue;
            if (job.Status == Status.Pending && !job.Job.IsBridge)
                session.AfterCommit(bell.Ring);
            else if (job.Status == Status.Pending)
                await work.AddAsync(session, PipelineWork.StartBridge, new PipelineWork.Bridge(row.Id, job.Number), ct);
            else if (job.Status == Status.Scheduled)
                await work.AddAsync(session, PipelineWork.Due, new PipelineWork.Delayed(row.Id, job.Number), ct, job.ScheduledAt);
            else if (job.Status == Status.Canceled && job.Job.IsBridge)
                await work.AddAsync(session, PipelineWork.CancelChildren, new PipelineWork.Bridge(row.Id, job.Number), ct);
            if (job.Job.ResourceGroup is { } group && (job.Status == Status.WaitingForResource || Statuses.IsCompleted(job.Status)))
                await work.AddAsync(session, PipelineWork.GrantResource, new PipelineWork.Resource(row.ProjectId, group), ct);
        }

        if (row.BridgeId is { } bridge && after.Status != before.Status)
            await work.AddAsync(session, PipelineWork.TellBridge, new PipelineWork.Child(row.Id, bridge), ct);
    }
}
