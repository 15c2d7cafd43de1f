using Slipway.Server.Data;

namespace Slipway.Server.Registry.Collecting;

/// <summary>Whoever is told that something is there may rely on it for a grace, also when nothing needs it yet: a push leaves out the layers that are there.</summary>
internal static class Lease
{
    public static Task<bool> RenewAsync(Db db, RegistryBlobRow row, CancellationToken ct) =>
        row.UnusedSince is null ? Task.FromResult(true) : RenewAsync(db, "registry_blobs", row.Id, ct);

    public static Task<bool> RenewAsync(Db db, RegistryManifestRow row, CancellationToken ct) =>
        row.UnusedSince is null ? Task.FromResult(true) : RenewAsync(db, "registry_manifests", row.Id, ct);

    /// <returns>False: it has just been removed.</returns>
    private static async Task<bool> RenewAsync(Db db, string table, long id, CancellationToken ct)
    {
        try
        {
            return await db.ExecuteAsync($"UPDATE {table} SET unused_since = NULL WHERE id = @id", new { id }, ct) == 1;
        }
        catch (DatabaseException e) when (e.Fault == DbFault.Full)
        {
            // Nothing is removed either, then, and what is there can still be pulled.
            return true;
        }
    }
}
