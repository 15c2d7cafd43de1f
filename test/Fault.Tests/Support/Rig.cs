using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Slipway.Server;
using Slipway.Server.Data;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests.Support;

/// <summary>A server that is killed and started again, with an administrator, a project, a clone of it, and a runner that speaks as the stock one.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string Yaml = """
        workflow: { auto_cancel: { on_new_commit: none } }
        build: { stage: build, script: make }
        unit: { script: make test }
        lint: { script: make lint, needs: [] }
        """;

    /// <summary>How often each fault is tried, over both databases: 5, and 100 at night; and at least once at each of its points.</summary>
    public static int Cycles { get; } = int.TryParse(System.Environment.GetEnvironmentVariable("SLIPWAY_FAULT_CYCLES"), out var n) ? n : 5;

    /// <summary>Nobody waits for these tests, so they may take what real faults take.</summary>
    public static bool IsLong => Cycles >= 100;

    private static readonly int s_seed = Random.Shared.Next(100);

    /// <summary>
    /// For what comes by itself. It costs nothing where it comes, and all suites together on a small machine starve a server for longer than one believes.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly TemporaryFolder _folder;
    private readonly bool _ownsDatabase;

    private Rig(TemporaryFolder folder, ServerProcess server, bool ownsDatabase) =>
        (_folder, Server, _ownsDatabase, Http) = (
            folder,
            server,
            ownsDatabase,
            new HttpClient { BaseAddress = server.Address, Timeout = Patience }
        );

    public ServerProcess Server { get; }
    public HttpClient Http { get; private set; }
    public GitClient Git { get; private set; } = null!;
    public string Token { get; private set; } = "";
    public string DataFolder => _folder["data"];
    public string KillFile => _folder["kill-at"];

    /// <summary>Where git pushes to.</summary>
    public string Remote => $"http://root:{Token}@{Server.Address.Authority}/root/app.git";

    public IReadOnlyDictionary<string, string> Environment => Server.Environment;

    /// <summary>Its database, as the command line wants it; nothing for its own file.</summary>
    public string? Database => Environment.GetValueOrDefault("SLIPWAY_DATABASE");

    /// <summary>The disk its data folder is on, when that is one of its own.</summary>
    public SmallDisk? Disk { get; private init; }

    /// <summary>As the program itself reads them from its environment.</summary>
    private ServerOptions Options =>
        new()
        {
            DataFolder = DataFolder,
            Database = Database,
            Blobs = Environment.GetValueOrDefault("SLIPWAY_BLOBS"),
            BlobsAccessKey = Environment.GetValueOrDefault("AWS_ACCESS_KEY_ID"),
            BlobsSecretKey = Environment.GetValueOrDefault("AWS_SECRET_ACCESS_KEY"),
        };

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="postgres">Where its database is; nothing: where all others are.</param>
    /// <param name="megabytes">Of a disk of its own for its data; nothing: it has room as long as there is any.</param>
    /// <param name="arguments">More of <c>serve</c>.</param>
    public static async Task<Rig> StartAsync(
        DatabaseKind kind = DatabaseKind.Sqlite,
        IReadOnlyDictionary<string, string>? environment = null,
        PostgresServer? postgres = null,
        int? megabytes = null,
        IReadOnlyList<string>? arguments = null
    )
    {
        Assert.SkipWhen(kind == DatabaseKind.Postgres && PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var folder = new TemporaryFolder();
        var disk = megabytes is { } size ? SmallDisk.Mount(folder["data"], size) : null;
        var all = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["SLIPWAY_KILL_AT"] = folder["kill-at"],
            ["SLIPWAY_DATA"] = folder["data"],
            ["XDG_CONFIG_HOME"] = folder.Path,
        };
        if (kind == DatabaseKind.Postgres)
            all["SLIPWAY_DATABASE"] = await (postgres is null ? PostgresServer.CreateDatabaseAsync(Ct) : postgres.CreateAsync(Ct));
        var rig = new Rig(
            folder,
            new ServerProcess(all, ["--runner", "off", .. arguments ?? []]),
            kind == DatabaseKind.Postgres && postgres is null
        )
        {
            Disk = disk,
        };
        await rig.PrepareAsync();
        return rig;
    }

    /// <summary>Begins another test: nothing waits any more, and the project has this configuration.</summary>
    public async Task BeginAsync(string yaml)
    {
        if (!Server.IsAlive)
            await AgainAsync();
        await CancelAllAsync();
        await Git.CommitAsync("configuration", (".gitlab-ci.yml", yaml), ("child.yml", "inner: { script: make }\n"));
        await Git.OkAsync("push", "-q", "-o", "ci.skip", Remote, "HEAD:refs/heads/main");
    }

    public async Task CancelAllAsync()
    {
        foreach (var pipeline in (await ApiAsync("projects/1/pipelines?per_page=100")).EnumerateArray())
            if (pipeline.GetProperty("status").GetString() is "created" or "pending" or "running")
                await ApiAsync($"projects/1/pipelines/{pipeline.GetProperty("id").GetInt64()}/cancel", HttpMethod.Post);
    }

    /// <summary>A fault's cycles on one database, each at one of its points. Together the databases come to each point, with however few cycles.</summary>
    public static IEnumerable<string> Plan(DatabaseKind kind, params string[] points)
    {
        var all = Math.Max(Cycles, points.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {s_seed}, {all} cycles");
        // One database goes on where the other ends; where there is but one, it comes to all.
        var half = PostgresServer.Missing is null ? (all + 1) / 2 : all;
        var cycles = kind == DatabaseKind.Sqlite ? Enumerable.Range(0, half) : Enumerable.Range(half, all - half);
        return from cycle in cycles select points[(cycle + s_seed) % points.Length];
    }

    /// <summary>From now on the server dies when it passes this point.</summary>
    public void KillAt(string point) => File.WriteAllText(KillFile, point);

    /// <summary>Waits until it has died there, and starts it again.</summary>
    public async Task DiedAsync()
    {
        await Server.DeadAsync();
        await AgainAsync();
    }

    public async Task KillAsync()
    {
        await Server.KillAsync();
        await AgainAsync();
    }

    public async Task AgainAsync()
    {
        File.Delete(KillFile);
        await Server.StartAsync();
        // Connections to the dead one are no use.
        Http.Dispose();
        Http = Client();
    }

    /// <summary>Nothing that is kept is wrong, and no push is without its one pipeline: what <c>slipway doctor --deep</c> finds.</summary>
    public async Task SoundAsync(string after)
    {
        var found = await Doctor.ExamineAsync(Options, deep: true, TimeProvider.System, _ => { }, Ct);
        // A disk that is to be full soon is never large.
        var wrong = found
            .Checks.Where(check => check.Health is not (Diagnosis.Health.Good or Diagnosis.Health.Doubtful))
            .Where(check => Disk is null || check.Name != "disk space")
            .ToList();
        var lines = wrong.SelectMany(check =>
            check.Troubles.Select(one => $"  {one.What}, {one.Where}").Prepend($"{check.Name}: {check.Said}")
        );
        Assert.True(wrong.Count == 0, $"{after}:\n{string.Join('\n', lines)}\n{Server.Said}");
    }

    /// <summary>Its rows, beside the server.</summary>
    public async Task<T> OnRowsAsync<T>(Func<Db, Task<T>> act)
    {
        await using var db = await Db.OpenAsync(new DataOptions(Options.DatabaseAddress), TimeProvider.System, Ct);
        return await act(db);
    }

    /// <summary>A commit, pushed.</summary>
    /// <returns>Whether git was told that it is there.</returns>
    public async Task<(string Sha, bool Acknowledged, string Said)> PushAsync(params string[] refs)
    {
        var sha = await Git.CommitAsync("again", ("again", $"{Guid.NewGuid()}"));
        var pushed = await Git.RunAsync(["push", Remote, .. refs.Length == 0 ? ["HEAD:refs/heads/main"] : refs]);
        return (sha, pushed.Ok, pushed.Said);
    }

    public async Task<JsonElement> ApiAsync(string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "/api/v4/" + path);
        request.Headers.Add("PRIVATE-TOKEN", Token);
        using var answer = await Http.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async Task<(HttpStatusCode Status, byte[] Bytes)> BytesAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v4/" + path);
        request.Headers.Add("PRIVATE-TOKEN", Token);
        using var answer = await Http.SendAsync(request, Ct);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    /// <summary>What a runner says of a job, also when the answer is one that a server in order does not give.</summary>
    public async Task<HttpResponseMessage> TellAsync(WireJob job, HttpMethod method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(method, $"/api/v4/jobs/{job.Id}/{path}") { Content = content };
        request.Headers.Add("JOB-TOKEN", job.Token);
        return await Http.SendAsync(request, Ct);
    }

    /// <summary>The pipelines of a commit, once there are as many; fewer when no more come.</summary>
    public async Task<IReadOnlyList<JsonElement>> PipelinesAsync(string sha, int wanted = 1, TimeSpan? patience = null)
    {
        IReadOnlyList<JsonElement> found = [];
        await UntilAsync(
            async () => (found = [.. (await ApiAsync($"projects/1/pipelines?sha={sha}")).EnumerateArray()]).Count >= wanted,
            patience
        );
        return found;
    }

    /// <summary>Its jobs' names, without the trigger jobs.</summary>
    public async Task<IReadOnlyList<string>> JobsAsync(long pipeline) =>
        [
            .. (await ApiAsync($"projects/1/pipelines/{pipeline}/jobs"))
                .EnumerateArray()
                .Select(job => job.GetProperty("name").GetString()!)
                .Order(),
        ];

    public async Task<string> StatusAsync(long job) => (await ApiAsync($"projects/1/jobs/{job}")).GetProperty("status").GetString()!;

    /// <summary>A stock runner with a token of its own, on a connection of its own.</summary>
    /// <param name="way">What its requests go through; nothing: they go straight.</param>
    public async Task<WireRunner> RunnerAsync(HttpMessageHandler? way = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v4/user/runners");
        request.Headers.Add("PRIVATE-TOKEN", Token);
        request.Content = new FormUrlEncodedContent([new("runner_type", "instance_type")]);
        using var answer = await Http.SendAsync(request, Ct);
        var made = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
        return new WireRunner(Client(way), made.GetProperty("token").GetString()!);
    }

    /// <summary>Asks until a job comes, and takes it up.</summary>
    public static async Task<WireJob> TakeAsync(WireRunner runner)
    {
        WireJob? job = null;
        await UntilAsync(async () =>
        {
            var answer = await runner.RequestAsync(Ct);
            if (answer.Status == 201)
                job = new WireJob(runner, answer.Json);
            return job is not null;
        });
        Assert.NotNull(job);
        Assert.Equal(200, (await job.UpdateAsync("running")).Status);
        return job;
    }

    /// <summary>As after two minutes for offers that have stood for two seconds and that nobody took up.</summary>
    public Task<int> LapseAsync()
    {
        var old = DateTimeOffset.UtcNow.AddSeconds(118).ToUnixTimeMilliseconds();
        return OnRowsAsync(db =>
            db.ExecuteAsync("UPDATE jobs SET offered_until = 1 WHERE status = 'pending' AND offered_until < @old", new { old }, Ct)
        );
    }

    /// <summary>Tries what a dead server leaves unanswered again and again, as a runner does.</summary>
    public static async Task<T> StubbornlyAsync<T>(Func<Task<T>> act)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50, Ct))
            try
            {
                return await act();
            }
            catch (HttpRequestException) when (since.Elapsed < Patience) { }
    }

    /// <summary>Waits for something that comes by itself; whoever asked looks whether it has.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isThere, TimeSpan? patience = null)
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < (patience ?? Patience) && !await isThere(); )
            await Task.Delay(30, Ct);
    }

    public string Place(string name) => _folder[name];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Server.Dispose();
        if (_ownsDatabase)
            await PostgresServer.DropDatabaseAsync(Database!);
        Disk?.Dispose();
        _folder.Dispose();
    }

    private HttpClient Client(HttpMessageHandler? way = null) =>
        new(way ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
        {
            BaseAddress = Server.Address,
            Timeout = Patience,
        };

    private async Task PrepareAsync()
    {
        // In this process: each start of the program takes a second.
        await using (var administration = await Administration.OpenAsync(Options, TimeProvider.System, Ct))
        {
            await administration.CreateUserAsync("root", "root", "root@example.com", null, admin: true, Ct);
            (_, Token) = await administration.CreateTokenAsync("root", "test", ["api"], null, Ct);
        }

        await Server.StartAsync();
        Git = await GitClient.InitAsync(_folder["work"]);
        // What is pushed here is random, and cannot be made smaller.
        await Git.OkAsync("config", "core.compression", "0");
        await Git.CommitAsync("one", (".gitlab-ci.yml", Yaml));
        await Git.OkAsync("push", "-q", "-o", "ci.skip", Remote, "main");
    }
}
