using System.Security.Cryptography;
using System.Text;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Local;

/// <summary>
/// The one user of a local run's registry. It is let in with the run's password under any name, and may do everything: where an image goes that has no project,
/// one is made.
/// </summary>
internal sealed class RunGuest
{
    /// <summary>Words of an image's name that are its project's path.</summary>
    private const int Words = 2;

    private readonly Db _db;
    private readonly TimeProvider _time;
    private readonly UserRow _user;
    private readonly byte[] _password;

    private RunGuest(Db db, TimeProvider time, UserRow user, string password) =>
        (_db, _time, _user, _password) = (db, time, user, Encoding.UTF8.GetBytes(password));

    public static async Task<RunGuest> OpenAsync(Db db, string password, TimeProvider time, CancellationToken ct)
    {
        const string name = "local-run";
        var user =
            await UserStore.FindAsync(db, name, ct)
            ?? await db.WriteAsync(
                async (session, token) =>
                {
                    var wanted = new UserToMake(name, name, $"{name}@localhost", Admin: true);
                    var (made, wrong) = await UserStore.CreateAsync(session, wanted, time.Milliseconds(), token);
                    return made ?? throw new InvalidOperationException($"{wrong}");
                },
                ct
            );
        return new RunGuest(db, time, user, password);
    }

    /// <returns>Nothing when the password is another.</returns>
    public Actor? Find(string password) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(password), _password)
            ? new Actor.Person(_user, ScopeWords.Full, null)
            : null;

    /// <summary>Makes the project that an image of this name is to be in.</summary>
    /// <param name="name">Has passed <see cref="ImageNames"/>.</param>
    /// <returns>False: a name of one word is in no project, as on GitLab.</returns>
    public async Task<bool> MakeProjectAsync(string name, CancellationToken ct)
    {
        var words = name.Split('/');
        if (words.Length < Words)
            return false;
        var args = new
        {
            path = string.Join('/', words.Take(Words)),
            name = words[Words - 1],
            user = _user.Id,
            now = _time.Milliseconds(),
        };
        await _db.WriteAsync(
            async (session, token) =>
            {
                if (await session.FindAsync<string>("SELECT path_key FROM routes WHERE path_key = @path", args, token) is not null)
                    return 0;
                // By hand, for a folder on a laptop may be called what no project on a server may.
                await session.ExecuteAsync(
                    """
                    INSERT INTO projects (namespace_id, creator_id, name, path, full_path, description, visibility, archived, settings, pipelines, created_at,
                      last_activity_at)
                    SELECT id, @user, @name, @name, @path, '', 'private', 0, '{}', 0, @now, @now FROM namespaces WHERE owner_id = @user
                    """,
                    args,
                    token
                );
                return await session.ExecuteAsync(
                    "INSERT INTO routes (path_key, project_id) SELECT @path, id FROM projects WHERE full_path = @path",
                    args,
                    token
                );
            },
            ct
        );
        return true;
    }
}
