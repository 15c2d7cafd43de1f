using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;
using Slipway.Runner.Executors;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>A runner that starts where an earlier process of it was killed. The engine is a pretended one.</summary>
public sealed class EntryExecutorTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _address;
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;
    private readonly string _dead = Guid.NewGuid().ToString("N")[..12];

    public EntryExecutorTests()
    {
        _address = $"unix://{_folder["engine.sock"]}";
        _listener.Bind(new UnixDomainSocketEndPoint(_folder["engine.sock"]));
        _listener.Listen();
        _folder.Write($"owners/{Uri.EscapeDataString(_address)}/{_dead}.lock", MachineMark.Here().ToString());
        _serving = ServeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _answers.TrySetResult();
        _listener.Dispose();
        await _serving;
        _folder.Dispose();
    }

    [Fact]
    public async Task What_an_earlier_process_left_is_gone_before_the_first_job_and_said()
    {
        _answers.SetResult();
        await using var executor = Executor();
        Assert.NotNull((await executor.ReadyAsync(default)).Kind);
        Assert.Contains("DELETE /containers/ours?force=1&v=1", _asked);
        Assert.DoesNotContain(_asked, asked => asked.StartsWith("DELETE", StringComparison.Ordinal) && asked.Contains("another"));
        Assert.Equal(["Info removed 1 container and 1 network that an earlier process left behind"], _told);
    }

    [Fact]
    public async Task An_engine_that_hangs_over_it_does_not_keep_the_runner_from_its_jobs()
    {
        var since = Stopwatch.StartNew();
        await using var executor = Executor();
        Assert.NotNull((await executor.ReadyAsync(default)).Kind);
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), $"{since.Elapsed}");
        Assert.Empty(_told);
    }

    [Fact]
    public async Task An_engine_that_is_away_does_not_keep_the_runner_from_starting()
    {
        await using var executor = Executor($"unix://{_folder["none.sock"]}");
        var (kind, problem) = await executor.ReadyAsync(default);
        Assert.Null(kind);
        Assert.Contains("none.sock", problem);
    }

    [Fact]
    public async Task A_runner_whose_folder_takes_no_lock_says_what_that_means()
    {
        _answers.SetResult();
        Directory.Delete(_folder["owners"], recursive: true);
        _folder.Write("owners", "");
        await using var executor = Executor();
        Assert.NotNull((await executor.ReadyAsync(default)).Kind);
        Assert.StartsWith(
            "Warning what jobs leave in the engine stays there should this process be killed: ",
            Assert.Single(_told),
            StringComparison.Ordinal
        );
    }

    private EntryExecutor Executor(string? address = null) =>
        new(
            new RunnerConfig
            {
                Executor = "docker",
                Docker = new DockerConfig { Host = address ?? _address },
            },
            _folder.Path,
            new HurriedTime(),
            (level, message) => _told.Enqueue($"{level} {message}")
        );

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    /// <summary>One request for each connection.</summary>
    private async Task AnswerAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        using var reader = new StreamReader(stream);
        try
        {
            var words = (await reader.ReadLineAsync())!.Split(' ');
            while (await reader.ReadLineAsync() is { Length: > 0 }) { }
            var path = words[1].StartsWith("/v1", StringComparison.Ordinal) ? words[1][words[1].IndexOf('/', 1)..] : words[1];
            _asked.Enqueue($"{words[0]} {path}");
            if (path != "/_ping")
                await _answers.Task;
            var body = Answer(path.Split('?')[0]);
            var head = $"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head + body));
        }
        catch (IOException)
        {
            // Nobody waits for it any more.
        }
    }

    private string Answer(string path)
    {
        var ours = $$"""{"slipway.owner":"{{_dead}}"}""";
        var others = ours.Replace(_dead, "0123456789ab");
        return path switch
        {
            "/containers/json" => $$"""[{"Id":"ours","Labels":{{ours}}},{"Id":"another","Labels":{{others}}}]""",
            "/networks" => $$"""[{"Id":"net","Name":"net","Labels":{{ours}}}]""",
            "/volumes" => """{"Volumes":[{"Name":"another","Labels":null}]}""",
            _ => "[]",
        };
    }
}
