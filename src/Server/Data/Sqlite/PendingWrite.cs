namespace Slipway.Server.Data.Sqlite;

/// <summary>
/// A write on its way through the writer: it waits, is begun or given up while waiting, runs (more than once when its group is undone), and at last its
/// outcome is published to whoever awaits it.
/// </summary>
internal abstract class PendingWrite(CancellationToken ct)
{
    private int _begun;

    public CancellationToken Token => ct;

    /// <summary>What the last run ended with, when it failed.</summary>
    public Exception? Error { get; protected set; }

    /// <returns>Whether the caller is the one who decides: the writer when it begins, the token when it gives up.</returns>
    public bool TryBegin() => Interlocked.Exchange(ref _begun, 1) == 0;

    public void Run(Session session)
    {
        Error = null;
        try
        {
            ct.ThrowIfCancellationRequested();
            RunBody(session);
            session.ThrowIfDoomed();
        }
        catch (Exception e)
        {
            Error = e;
        }
    }

    /// <summary>Gives the outcome of the last run, or this error instead, to whoever waits.</summary>
    public abstract void Publish(Exception? instead = null);

    protected abstract void RunBody(Session session);
}

internal sealed class PendingWrite<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct) : PendingWrite(ct)
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    /// <summary>The outcome, or a cancellation as soon as the token ends while the write still waits.</summary>
    public async Task<T> OutcomeAsync()
    {
        await using var giveUp = Token.UnsafeRegister(
            static (state, token) =>
            {
                var write = (PendingWrite<T>)state!;
                if (write.TryBegin())
                    write._outcome.TrySetCanceled(token);
            },
            this
        );
        return await _outcome.Task;
    }

    // Blocks the writer's own thread, which has nothing else to do; on SQLite bodies end without ever waiting.
    protected override void RunBody(Session session) => _result = body(session, Token).GetAwaiter().GetResult();

    public override void Publish(Exception? instead = null)
    {
        if ((instead ?? Error) is { } error)
            _outcome.TrySetException(error);
        else
            _outcome.TrySetResult(_result);
    }
}
