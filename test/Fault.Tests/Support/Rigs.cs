using Slipway.Server.Tests.Support;

namespace Slipway.Fault.Tests.Support;

/// <summary>One rig for each database, for all tests of a class: they come one after the other, and a start takes seconds.</summary>
public sealed class Rigs : IAsyncDisposable
{
    private readonly Dictionary<DatabaseKind, Rig> _rigs = [];

    internal async Task<Rig> OfAsync(DatabaseKind kind, string? yaml = null)
    {
        if (!_rigs.TryGetValue(kind, out var rig))
            _rigs[kind] = rig = await Rig.StartAsync(kind);
        await (yaml is null ? rig.BeginAsync() : rig.BeginAsync(yaml));
        return rig;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in _rigs.Values)
            await rig.DisposeAsync();
    }
}
