using System.Diagnostics;
using Npgsql;
using Slipway.Server.Tests.Support;

[assembly: Xunit.AssemblyFixture(typeof(PostgresServer))]

namespace Slipway.Server.Tests.Support;

/// <summary>
/// A PostgreSQL of this run's own, on a socket in a temporary folder, started when the first test asks. It goes with the test program however that ends:
/// its keeper, a shell, holds our pipe and stops it when that closes. As root it runs as nobody, for PostgreSQL refuses root.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private static readonly Lazy<PostgresServer> One = new(() => new PostgresServer(start: true));
    private static int _databases;

    /// <summary>In its folder.</summary>
    private const string Socket = ".s.PGSQL.5432";

    private readonly string _folder = "";
    private readonly Process? _keeper;

    public PostgresServer() { }

    private PostgresServer(bool start)
    {
        Debug.Assert(start);
        _folder = Folder();
        Run(AsUser([Tool("initdb")!, "-D", Data, "-U", "slipway", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]));
        _keeper = Start();
    }

    private PostgresServer(PostgresServer primary)
    {
        _folder = Folder();
        Run(AsUser([Tool("pg_basebackup")!, "-D", Data, "-h", primary._folder, "-U", "slipway", "-R", "-c", "fast", "--no-sync"]));
        _keeper = Start();
    }

    /// <summary>Why there is none; <see langword="null"/> when there is one.</summary>
    public static string? Missing { get; } =
        Tool("initdb") is null ? "PostgreSQL's server is not installed"
        : IsRoot && !File.Exists("/usr/bin/setpriv") ? "PostgreSQL does not run as root, and there is no setpriv"
        : null;

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    /// <summary>A new, empty database.</summary>
    public static Task<string> CreateDatabaseAsync(CancellationToken ct) => One.Value.CreateAsync(ct);

    /// <summary>A server for one test alone, which may do to it what others would suffer from.</summary>
    public static PostgresServer StartOwn() => new(start: true);

    /// <summary>A new, empty database on this server.</summary>
    public async Task<string> CreateAsync(CancellationToken ct)
    {
        var name = $"t{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}", ct);
        return ConnectionString(name);
    }

    /// <summary>Ends the server as if it had crashed, and starts it again.</summary>
    public void RestartAtOnce() => AtOnce("restart");

    /// <summary>Ends the server as if it had crashed, until <see cref="RestartAtOnce"/>.</summary>
    public void StopAtOnce() => AtOnce("stop");

    /// <summary>A standby of this one. From now on a commit is on both before it is answered.</summary>
    public async Task<PostgresServer> FollowAsync(CancellationToken ct)
    {
        var standby = new PostgresServer(this);
        await ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'", ct);
        await ExecuteAsync("SELECT pg_reload_conf()", ct);
        const string synchronous = "DO $$ BEGIN ASSERT (SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync') = 1; END $$";
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(20, ct))
            try
            {
                await ExecuteAsync(synchronous, ct);
                return standby;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.AssertFailure && since.Elapsed < TimeSpan.FromSeconds(30))
            { }
    }

    /// <summary>Ends the server as if it had crashed, and its standby takes its place: first its address, and a moment later its work.</summary>
    public async Task GiveWayAsync(PostgresServer standby)
    {
        StopAtOnce();
        File.CreateSymbolicLink(Path.Combine(_folder, Socket), Path.Combine(standby._folder, Socket));
        await Task.Delay(TimeSpan.FromSeconds(1));
        standby.AtOnce("promote");
    }

    /// <summary>Stops it and all of its connections where they stand, as a machine that does not come round for a while does, until <see cref="GoOn"/>.</summary>
    public void Stall() => Signal("-STOP");

    /// <summary>After <see cref="Stall"/>, as if nothing had been.</summary>
    public void GoOn() => Signal("-CONT");

    public static async Task DropDatabaseAsync(string connectionString) =>
        await One.Value.ExecuteAsync(
            $"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)",
            CancellationToken.None
        );

    /// <summary>Ends every connection to the database from the server's side, as a restart would.</summary>
    public static Task CutConnectionsAsync(string connectionString, CancellationToken ct) =>
        One.Value.ExecuteAsync(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{new NpgsqlConnectionStringBuilder(connectionString).Database}'",
            ct
        );

    public void Dispose()
    {
        // The fixture that xunit makes stands for the one that was started.
        if (_keeper is null)
        {
            if (One.IsValueCreated)
                One.Value.Dispose();
            return;
        }

        _keeper.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string ConnectionString(string database) => $"Host={_folder};Username=slipway;Database={database};Include Error Detail=true";

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private Process Start()
    {
        var control = string.Join(' ', AsUser([Tool("pg_ctl")!, "-D", Data]));
        var settings = $"-k {_folder} -h '' -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=32MB";
        var script = $"""
            trap '' INT TERM HUP
            {control} -w -l {_folder}/log -o "{settings}" start >/dev/null && echo ready
            cat >/dev/null
            {control} -m immediate stop >/dev/null
            """;
        var keeper = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", script])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                WorkingDirectory = "/",
            }
        )!;
        if (keeper.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException("PostgreSQL does not start: " + File.ReadAllText(Path.Combine(_folder, "log")));
        return keeper;
    }

    private static string Folder()
    {
        var folder = Directory.CreateTempSubdirectory("slipway-pg-").FullName;
        if (IsRoot)
            Run("chown", "nobody", folder);
        return folder;
    }

    private void AtOnce(string act) =>
        Run(
            AsUser([
                Tool("pg_ctl")!,
                "-D",
                Data,
                .. act == "promote" ? (string[])[] : ["-m", "immediate"],
                "-w",
                "-s",
                "-l",
                Path.Combine(_folder, "log"),
                act,
            ])
        );

    /// <summary>To the first of its processes, which makes no more of them while it stands, and then to the others.</summary>
    private void Signal(string signal)
    {
        var first = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        Run("/bin/kill", signal, first);
        // One that ends by itself meanwhile needs no signal.
        foreach (var other in File.ReadAllText($"/proc/{first}/task/{first}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Run("/bin/sh", "-c", $"kill {signal} {other} 2>/dev/null || true");
    }

    private static string[] AsUser(string[] command) =>
        IsRoot ? ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", .. command] : command;

    private static void Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}");
    }

    /// <summary>The newest of what Debian installs beside the PATH, or what the PATH has.</summary>
    private static string? Tool(string name)
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var folders = versions.OrderByDescending(version => int.TryParse(Path.GetFileName(version), out var n) ? n : 0);
        return folders
            .Select(version => Path.Combine(version, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}
