using Slipway.Server.Data;

namespace Slipway.Server.Tests.Data;

/// <summary>Keeps a SQLite writer busy, so that what is written meanwhile waits.</summary>
internal sealed class HeldWriter : IAsyncDisposable
{
    private readonly TaskCompletionSource _release = new();
    private Task<int>? _holding;

    public static async Task<HeldWriter> HoldAsync(Db db, CancellationToken ct)
    {
        var held = new HeldWriter();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        held._holding = db.WriteAsync(
            async (_, _) =>
            {
                entered.TrySetResult();
                await held._release.Task;
                return 0;
            },
            ct
        );
        await entered.Task;
        return held;
    }

    public void Release() => _release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _holding!;
    }
}
