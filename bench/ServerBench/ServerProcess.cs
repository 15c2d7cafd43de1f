using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Slipway.ServerBench;

/// <summary>A server with a data folder of its own and one administrator. It is killed, and its folder removed, at the end.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly BenchDatabase? _database;

    private ServerProcess(Process process, string folder, BenchDatabase? database, Uri address)
    {
        (_process, _folder, _database, Address) = (process, folder, database, address);
        Http = Client();
    }

    public Uri Address { get; }

    /// <summary>Speaks for the administrator.</summary>
    public HttpClient Http { get; }

    public string Token { get; private set; } = "";

    public int ProcessId => _process.Id;

    /// <summary>From the start of the process to the first answer with 200.</summary>
    public TimeSpan Started { get; private init; }

    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <param name="hasUser">Whether an administrator is made.</param>
    public static async Task<ServerProcess> StartAsync(Bench bench, bool hasUser = true)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench-").FullName;
        var data = Path.Combine(folder, "data");
        var made = bench.Database is { } postgres ? await BenchDatabase.CreateAsync(postgres) : null;
        string[] database = made is null ? [] : ["--database", made.Address];
        var begun = Stopwatch.GetTimestamp();
        var process = Start(bench.Slipway, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--runner", "off", .. database]);
        var line = "";
        while (!line.StartsWith("Slipway listens on ", StringComparison.Ordinal))
            line = await process.StandardError.ReadLineAsync() ?? throw new InvalidOperationException($"The server ended: {line}");
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        var uri = new Uri(line.Split(' ')[3]);
        using (var http = new HttpClient { BaseAddress = uri })
            (await http.GetAsync("/-/readiness")).EnsureSuccessStatusCode();
        var server = new ServerProcess(process, folder, made, uri) { Started = Stopwatch.GetElapsedTime(begun) };
        if (hasUser)
        {
            await RunAsync(
                bench.Slipway,
                ["user", "create", "root", "--admin", "--email", "root@example.com", "--data", data, .. database]
            );
            server.Token = (
                await RunAsync(bench.Slipway, ["token", "create", "root", "--name", "bench", "--data", data, .. database])
            ).Trim();
            server.Http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", server.Token);
        }

        return server;
    }

    /// <summary>Memory that the process has, in MiB.</summary>
    public double Resident() => Memory.Of(_process.Id);

    /// <summary>The most it ever had.</summary>
    public double ResidentAtMost() => Memory.AtMost(_process.Id);

    /// <summary>A client without the administrator's token.</summary>
    public HttpClient Client() =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromMinutes(3),
        };

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync($"/api/v4/{path}", body);
        return await ReadAsync(answer);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync($"/api/v4/{path}");
        return await ReadAsync(answer);
    }

    /// <summary>A public project of the administrator's with one file, <c>.gitlab-ci.yml</c>.</summary>
    public async Task<long> ProjectAsync(string name, string yaml)
    {
        var id = (
            await PostAsync(
                "projects",
                new
                {
                    name,
                    path = name,
                    visibility = "public",
                }
            )
        ).GetProperty("id").GetInt64();
        var folder = Folder($"work-{name}");
        Git(folder, "init", "--quiet", "--initial-branch=main");
        await File.WriteAllTextAsync(Path.Combine(folder, ".gitlab-ci.yml"), yaml);
        Git(folder, "add", "--all");
        Git(folder, "commit", "--quiet", "--message", "first");
        Git(
            folder,
            "remote",
            "add",
            "origin",
            new UriBuilder(Address)
            {
                UserName = "root",
                Password = Token,
                Path = $"/root/{name}.git",
            }
                .Uri
                .AbsoluteUri
        );
        Git(folder, "push", "--quiet", "--push-option=ci.skip", "origin", "main");
        return id;
    }

    /// <summary>A runner for all projects.</summary>
    public async Task<RunnerDouble> RunnerAsync() =>
        new(this, (await PostAsync("user/runners", new { runner_type = "instance_type" })).GetProperty("token").GetString()!);

    /// <summary>So many of them.</summary>
    public async Task<List<RunnerDouble>> RunnersAsync(int count)
    {
        var runners = new List<RunnerDouble>();
        for (var n = 0; n < count; n++)
            runners.Add(await RunnerAsync());
        return runners;
    }

    public static void Git(string folder, params string[] words)
    {
        string[] identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"];
        using var git = Start("git", [.. identity, .. words], folder);
        var said = git.StandardError.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
            throw new InvalidOperationException($"git {words[0]}: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        if (_database is not null)
            await _database.DropAsync();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException(
                $"{answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
            );
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public static async Task<string> RunAsync(string program, string[] words)
    {
        using var process = Start(program, words);
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"{string.Join(' ', words)}: {process.ExitCode}");
    }

    public static Process Start(string program, string[] words, string? folder = null)
    {
        var start = new ProcessStartInfo(program, words)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        return Process.Start(start)!;
    }

    /// <summary>Processor time the process has had, in milliseconds.</summary>
    public double Worked()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.TotalMilliseconds;
    }

    /// <summary>Processor time that this machine's PostgreSQL has had, in milliseconds; the part of those of its processes that have ended is not counted.</summary>
    public static double DatabaseWorked() =>
        Process
            .GetProcesses()
            .Where(process => process.ProcessName.StartsWith("postgres", StringComparison.Ordinal))
            .Sum(process =>
            {
                using (process)
                {
                    try
                    {
                        return process.TotalProcessorTime.TotalMilliseconds;
                    }
                    catch (InvalidOperationException)
                    {
                        return 0;
                    }
                }
            });
}
