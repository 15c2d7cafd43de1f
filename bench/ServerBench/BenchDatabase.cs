namespace Slipway.ServerBench;

/// <summary>An empty PostgreSQL database for one server, made and dropped with <c>psql</c>.</summary>
internal sealed class BenchDatabase
{
    private static int _made;

    private readonly string _maintenance;
    private readonly string _name;

    private BenchDatabase(string maintenance, string name) => (_maintenance, _name) = (maintenance, name);

    public string Address =>
        new UriBuilder(_maintenance) { Path = $"/{_name}" }
            .Uri
            .AbsoluteUri;

    /// <param name="maintenance"><c>postgres://USER@HOST:PORT/NAME</c>, a database of a server on which others may be made.</param>
    public static async Task<BenchDatabase> CreateAsync(string maintenance)
    {
        var database = new BenchDatabase(maintenance, $"slipway_bench_{Environment.ProcessId}_{++_made}");
        await database.TellAsync($"CREATE DATABASE {database._name}");
        return database;
    }

    public Task DropAsync() => TellAsync($"DROP DATABASE {_name} WITH (FORCE)");

    private Task<string> TellAsync(string statement) =>
        ServerProcess.RunAsync("psql", [_maintenance, "--quiet", "--no-psqlrc", "--command", statement]);
}
