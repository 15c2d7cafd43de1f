using Slipway.Server.Tests.Support;
using Xunit;

// A test of this assembly mostly waits: for a server to start, or for a runner to speak.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]

namespace Slipway.Fault.Tests.Support;

/// <summary>One rig for each database, for all tests of a class: they come one after the other, and a start takes seconds.</summary>
public sealed class Rigs : IAsyncDisposable
{
    private readonly Dictionary<DatabaseKind, Rig> _rigs = [];

    internal Task<Rig> OfAsync(DatabaseKind kind) => OfAsync(kind, Rig.Yaml);

    /// <param name="yaml">The project's configuration.</param>
    internal Task<Rig> OfAsync(DatabaseKind kind, string yaml) => OfAsync(kind, _ => yaml);

    internal async Task<Rig> OfAsync(DatabaseKind kind, Func<Rig, string> yaml)
    {
        if (!_rigs.TryGetValue(kind, out var rig))
            _rigs[kind] = rig = await Rig.StartAsync(kind);
        await rig.BeginAsync(yaml(rig));
        return rig;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var rig in _rigs.Values)
            await rig.DisposeAsync();
    }
}
