using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server;

/// <summary>The data folder's key file and the database that was sealed with it must be a pair.</summary>
internal static class ServerKeys
{
    private const string Name = "secret_key";

    /// <summary>Reads <c>secret.key</c>; makes it when neither it nor a database that has known one is there.</summary>
    /// <exception cref="KeyFileException">It cannot be used, it is gone, or it is another database's.</exception>
    public static async Task<SecretBox> OpenAsync(ServerOptions options, Db db, CancellationToken ct)
    {
        var path = options.Folder("secret.key");
        var known = (await db.FindAsync<string>("SELECT value FROM settings WHERE name = @Name", new { Name }, ct))?.Trim('"');
        var keys =
            KeyFile.Read(path)
            ?? (
                known is null
                    ? KeyFile.Create(path)
                    : throw new KeyFileException(
                        $"{path} is gone. The database is sealed with its key {known}: put the file back from where you keep a copy."
                    )
            );
        if (known is not null && keys.All(key => key.Fingerprint != known))
            throw new KeyFileException(
                $"{path} is not this database's: it holds {keys[^1].Fingerprint}, the database is sealed with {known}."
            );
        var box = new SecretBox(keys);
        if (known != box.Fingerprint)
            await db.ExecuteAsync(
                "INSERT INTO settings (name, value) VALUES (@Name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                new { Name, value = $"\"{box.Fingerprint}\"" },
                ct
            );
        return box;
    }
}
