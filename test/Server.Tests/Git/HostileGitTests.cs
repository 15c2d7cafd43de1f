using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using FsCheck.Fluent;
using Slipway.Compiler;
using Slipway.Server.Git.Push;
using Slipway.Server.Git.Smart;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>Requests that no git would send.</summary>
public sealed class HostileGitTests
{
    private const string Push = "ada/app.git/git-receive-pack";
    private const string Fetch = "ada/app.git/git-upload-pack";
    private static readonly string Sha = new('1', 40);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repositorys_own_files_are_served_to_nobody()
    {
        await using var server = await GitServer.StartAsync("public");
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        foreach (
            var path in new[]
            {
                "HEAD",
                "config",
                "description",
                "packed-refs",
                "info/refs",
                "info/refs?service=",
                "info/refs?service=git-upload-archive",
                "info/refs?service=git-upload-pack%20--help",
                "info/exclude",
                "objects/info/packs",
                "objects/00/00",
                "hooks/update",
                "refs/heads/main",
            }
        )
        {
            using var answer = await server.Server.Anonymous.GetAsync("/ada/app.git/" + path, Ct);
            Assert.True((int)answer.StatusCode == 403, $"{path}: {answer.StatusCode}");
        }

        foreach (
            var path in new[]
            {
                "ada/app.git/../../secret.key",
                "ada/app.git/%2e%2e/%2e%2e/secret.key",
                "..%2f..%2fsecret.key/info/refs",
                "1/info/refs",
            }
        )
        {
            using var answer = await server.Server.Anonymous.GetAsync($"/{path}?service=git-upload-pack", Ct);
            // One word alone may be a group's name, whose page asks for a sign-in first.
            var isSentAway = answer.Headers.Location?.OriginalString == "/groups/secret.key";
            Assert.True(isSentAway || (int)answer.StatusCode is 401 or 403 or 404, $"{path}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task What_is_no_push_is_a_bad_request_and_what_is_a_wrong_one_is_told_so()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        foreach (
            var body in new[]
            {
                "",
                "xyz",
                "0003",
                "0001",
                "fff1",
                "zzzz0000",
                "000ahello0",
                "0009hello",
                "0041" + new string('a', 61),
                "00ff",
            }
        )
            Assert.Equal(400, (await PostAsync(server, Push, body)).Status);

        foreach (
            var (command, said) in new[]
            {
                ($"{CommitFacts.ZeroSha} {Sha} refs/heads/x", "unpack "),
                ($"{CommitFacts.ZeroSha} {Sha} refs/heads/../../../x", "funny refname"),
                ($"{CommitFacts.ZeroSha} {Sha} --upload-pack=touch", "funny refname"),
                ($"{CommitFacts.ZeroSha} {Sha} HEAD", "funny refname"),
                ($"{CommitFacts.ZeroSha} {Sha} refs/heads/a\u001b[31m", "funny refname"),
                ($"{CommitFacts.ZeroSha} {Sha} refs/pipelines/1", "deny updating a hidden ref"),
                ($"{Sha} {CommitFacts.ZeroSha} refs/heads/gone", "failed to update ref"),
                ($"{CommitFacts.ZeroSha} {CommitFacts.ZeroSha} refs/heads/none", "failed to update ref"),
            }
        )
        {
            var answer = await PostAsync(server, Push, Line(command + "\0report-status side-band-64k") + "0000" + "PACKnonsense");
            Assert.Equal(200, answer.Status);
            Assert.Contains(said, answer.Text);
            Assert.DoesNotContain("\u001b", answer.Text);
        }

        Assert.Single(await server.RefsAsync());
        Assert.Equal("", (await PostAsync(server, Push, "0000")).Text);
        Assert.Equal(415, (await PostAsync(server, Push, "0000", type: "text/plain")).Status);
        Assert.Empty(Directory.GetDirectories(Path.Combine(server.Repository.Path, "incoming")));
        await server.CheckAsync();
    }

    [Fact]
    public async Task A_ref_to_what_is_not_there_is_refused_although_its_pack_is_good()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        var first = await git.LineAsync("rev-parse", "HEAD");
        await git.OkAsync("push", "-q", "origin", "main");
        var second = await git.CommitAsync("two", ("b", "2"));
        var blob = await git.LineAsync("rev-parse", "HEAD:b");

        // A pack with the blob, and a command for the commit that is not in it.
        var pack = await PackAsync(git, blob);
        var answer = await PostAsync(server, Push, [.. Command(first, second, "refs/heads/main"), .. pack]);
        Assert.Contains("ng refs/heads/main missing necessary objects", answer.Text);
        answer = await PostAsync(server, Push, [.. Command(CommitFacts.ZeroSha, blob, "refs/heads/blob"), .. pack]);
        Assert.Contains("ng refs/heads/blob failed to update ref", answer.Text);
        Assert.Equal(first, (await server.RefsAsync())["main"]);
        // What was not taken left nothing behind.
        Assert.False((await server.Repository.RunAsync(new Slipway.Server.Git.GitCall("cat-file", "-e", blob), Ct)).Ok);
    }

    [Fact]
    public async Task Objects_that_would_harm_a_client_do_not_come_in()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        var blob = await git.LineAsync("rev-parse", "HEAD:a.txt");
        foreach (var name in new[] { ".git", ".GIT", "git~1", "..", "a/b" })
        {
            var tree = await git.WriteTreeAsync(name, blob);
            var commit = await git.LineAsync("commit-tree", "-m", "bad", tree);
            var push = await git.RunAsync("push", "origin", $"{commit}:refs/heads/bad");
            Assert.False(push.Ok, name);
        }

        await git.OkAsync("config", "-f", ".gitmodules", "submodule.x.path", "x");
        await git.OkAsync("config", "-f", ".gitmodules", "submodule.x.url", "--upload-pack=touch");
        await git.CommitAsync("submodule");
        Assert.Contains("gitmodulesUrl", (await git.RunAsync("push", "origin", "HEAD:modules")).Said);
        Assert.Single(await server.RefsAsync());
        await server.CheckAsync();
    }

    [Fact]
    public async Task A_packed_body_that_swells_is_cut_off()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var want = Encoding.ASCII.GetBytes(Line($"want {await git.LineAsync("rev-parse", "HEAD")}\n"));
            var block = Enumerable.Repeat(want, 20_000).SelectMany(line => line).ToArray();
            for (long written = 0; written < GitBody.MaxUnpacked + block.Length; written += block.Length)
                await zip.WriteAsync(block, Ct);
        }

        var answer = await PostAsync(server, Fetch, packed.ToArray(), encoding: "gzip");
        Assert.Equal(413, answer.Status);
        Assert.Equal(400, (await PostAsync(server, Fetch, "no gzip at all", encoding: "gzip")).Status);
        Assert.Equal(415, (await PostAsync(server, Fetch, "x", encoding: "br")).Status);
    }

    [Fact]
    public Task Whatever_is_read_is_a_push_or_is_said_to_be_none()
    {
        var good = Encoding.UTF8.GetBytes(
            Line($"{CommitFacts.ZeroSha} {Sha} refs/heads/x\0 report-status push-options\n")
                + Line($"{Sha} {CommitFacts.ZeroSha} refs/heads/y")
                + "0000"
                + Line("ci.skip\n")
                + "0000PACK"
        );
        var cases =
            from changes in Gen.ListOf(Gen.Choose(0, good.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, value))))
            from cut in Gen.Choose(0, good.Length)
            select (changes, cut);
        return Properties.HoldAsync(
            cases,
            2000,
            async one =>
            {
                var bytes = good.ToArray();
                foreach (var (at, value) in one.changes)
                    bytes[at] = (byte)value;
                try
                {
                    var request = await PushRequest.ReadAsync(new MemoryStream(bytes, 0, one.cut), Ct);
                    Assert.All(request.Commands, command => Assert.Equal(40, command.Old.Length));
                }
                catch (PktFormatException) { }
            }
        );
    }

    [Fact]
    public async Task A_push_is_read_up_to_its_pack()
    {
        var body = new MemoryStream(
            Encoding.UTF8.GetBytes(
                Line("shallow " + Sha)
                    + Line($"{CommitFacts.ZeroSha} {Sha} refs/heads/grün\0 report-status atomic push-options agent=git/2\n")
                    + "0000"
                    + Line("ci.variable=A=1")
                    + "0000PACK"
            )
        );
        var request = await PushRequest.ReadAsync(body, Ct);
        Assert.Equal("refs/heads/grün", Assert.Single(request.Commands).Ref);
        Assert.True(request.IsAtomic);
        Assert.Equal(["ci.variable=A=1"], request.Options);
        Assert.Equal("PACK", await new StreamReader(body).ReadToEndAsync(Ct));

        var many = string.Concat(Enumerable.Repeat(Line($"{Sha} {Sha} refs/heads/x"), PushRequest.MaxCommands + 1));
        await Assert.ThrowsAsync<PktFormatException>(() => PushRequest.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(many)), Ct));
    }

    private static string Line(string text) => (Encoding.UTF8.GetByteCount(text) + 4).ToString("x4") + text;

    private static byte[] Command(string old, string now, string name) =>
        Encoding.UTF8.GetBytes(Line($"{old} {now} {name}\0report-status") + "0000");

    private static async Task<byte[]> PackAsync(GitClient git, string id)
    {
        var list = Path.Combine(git.Folder, ".git", "list");
        await File.WriteAllTextAsync(list, id + "\n", Ct);
        await git.ShellAsync($"git pack-objects -q --stdout < .git/list > .git/one.pack");
        return await File.ReadAllBytesAsync(Path.Combine(git.Folder, ".git", "one.pack"), Ct);
    }

    private static Task<Answer> PostAsync(GitServer server, string path, string body, string? encoding = null, string? type = null) =>
        PostAsync(server, path, Encoding.UTF8.GetBytes(body), encoding, type);

    private static async Task<Answer> PostAsync(GitServer server, string path, byte[] body, string? encoding = null, string? type = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/" + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type ?? $"application/x-{path.Split('/')[^1]}-request");
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"ada:{server.Owner.Token}"))
        );
        using var response = await server.Server.Anonymous.SendAsync(request, Ct);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct), new Dictionary<string, string>());
    }
}
