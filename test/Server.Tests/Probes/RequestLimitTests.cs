using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Server.Git;
using Slipway.Server.Tests.Git;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Probes;

/// <summary>
/// One less than the limit, the limit, and one more, of what is sent (reliability-security S17). Manifests: <c>ManifestRuleTests</c>; the registry's uploads:
/// <c>UploadTests</c>; caches: <c>SharedCachesTests</c>.
/// </summary>
public sealed class RequestLimitTests
{
    private const string Job = "a: {script: [x]}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(32 * 1024 - 1, 200)]
    [InlineData(32 * 1024, 200)]
    [InlineData(32 * 1024 + 1, 431)]
    public async Task Headers_are_so_long(int length, int status)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var head = $"Host: {server.Address.Authority}\r\nConnection: close\r\n";
        var filler = $"X-Filler: {new string('x', length - head.Length - "X-Filler: \r\n".Length)}\r\n";
        Assert.Equal(status, await RawAsync(server, $"GET /-/liveness HTTP/1.1\r\n{head}{filler}\r\n"));
    }

    [Theory]
    [InlineData(-1, 422)]
    [InlineData(0, 422)]
    [InlineData(1, 413)]
    public async Task A_form_of_somebody_who_is_not_signed_in_is_so_long(int more, int status)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        await server.UserAsync("ada", password: "correct horse");
        using var browser = new Browser(server.Address);
        var token = (await browser.GetAsync("/users/sign_in")).Token!;
        (string, string)[] fields = [("user[login]", "ada"), ("user[password]", "wrong"), ("return_to", "")];
        using var form = new FormUrlEncodedContent([
            .. fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2)),
            KeyValuePair.Create("authenticity_token", token),
        ]);
        var length = (await form.ReadAsByteArrayAsync(Ct)).Length;
        var filler = new string('x', (256 * 1024) - length + more);
        var answer = await browser.PostAsync("/users/sign_in", token, null, [.. fields[..2], ("return_to", filler)]);
        Assert.Equal(status, answer.Status);
    }

    /// <summary>Lists are for everybody, so what a stranger sends along with such a question is not read: 150 MiB of it would take a gigabyte.</summary>
    [Theory]
    [InlineData("projects")]
    [InlineData("groups")]
    public async Task What_comes_with_a_question_is_not_read(string path)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v4/" + path)
        {
            Content = new StringContent("{ no JSON", Encoding.UTF8, "application/json"),
        };
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(31, 200)]
    [InlineData(32, 200)]
    [InlineData(33, 400)]
    public async Task Json_is_so_deep(int depth, int status)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var ada = await server.UserAsync("ada");
        var project = await server.ProjectAsync(ada.Row);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v4/projects/{project.Id}")
        {
            Content = new StringContent(
                $$"""{"description": "d", "other": {{new string('[', depth - 1)}}{{new string(']', depth - 1)}}}""",
                Encoding.UTF8,
                "application/json"
            ),
        };
        using var answer = await ada.Client.SendAsync(request, Ct);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(101, 100)]
    [InlineData(long.MaxValue, 100)]
    [InlineData(-1, 1)]
    public async Task A_lists_page_is_so_long(long asked, int given)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var answer = await server.Anonymous.GetApiAsync($"projects?per_page={asked}");
        Assert.Equal((200, $"{given}"), (answer.Status, answer.Headers["X-Per-Page"]));
    }

    [Theory]
    [InlineData(999, 201)]
    [InlineData(1000, 201)]
    [InlineData(1001, 413)]
    public async Task Artifacts_are_so_large(int length, int status)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, with: o => o with { ArtifactBytes = 1000 });
        await room.PipelineAsync("a: {script: [x], artifacts: {paths: [x]}}");
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(status, (await job.UploadAsync(new byte[length])).Status);
    }

    [Theory]
    [InlineData(999, null)]
    [InlineData(1000, null)]
    [InlineData(1001, "trace_size_exceeded")]
    public async Task A_log_is_so_long(int length, string? reason)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, with: o => o with { TraceBytes = 1000 });
        await room.PipelineAsync(Job);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = new byte[length];
        var answer = await job.PatchAsync(0, length);
        Assert.Equal((reason is null ? 202 : 403, reason), (answer.Status, (await room.JobAsync(job.Id)).FailureReason));
    }

    /// <summary>GitLab's <c>receive_max_input_size</c>. What is too large leaves nothing behind.</summary>
    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_push_is_so_large(int more, bool taken)
    {
        using var folder = new TemporaryFolder();
        var like = await GitClient.InitAsync(folder["like"]);
        await like.CommitAsync("one", ("a.txt", "1\n"));
        await like.ShellAsync("echo main | git pack-objects -q --revs --stdout > .git/pushed");
        var length = new FileInfo(Path.Combine(like.Folder, ".git", "pushed")).Length;
        await using var git = await GitServer.StartAsync(with: o => o with { PackBytes = length - more });
        var pushed = await (await git.WorkAsync()).RunAsync("push", "-q", "origin", "main");
        Assert.True(pushed.Ok == taken, pushed.Said);
        Assert.Equal(taken ? "" : "pack exceeds maximum allowed size", Regex.Match(pushed.Said, "pack exceeds [a-z ]*").Value.Trim());
        Assert.Equal(taken, (await git.RefsAsync()).ContainsKey("main"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(git.Repository.Path, Repositories.Quarantines)));
    }

    [Theory]
    [InlineData(127, 201)]
    [InlineData(128, 201)]
    [InlineData(129, 400)]
    public async Task A_password_is_so_long(int length, int status)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var admin = await server.AdminAsync();
        var user = new
        {
            username = "eve",
            name = "Eve",
            email = "eve@example.com",
            password = new string('x', length),
        };
        Assert.Equal(status, (await admin.Client.PostApiAsync("users", user)).Status);
    }

    private static async Task<int> RawAsync(TestServer server, string head)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, Ct);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Ct);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var line = await reader.ReadLineAsync(Ct);
        return int.Parse(line!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
