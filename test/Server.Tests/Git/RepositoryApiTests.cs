using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>A repository read and changed over API v4.</summary>
public sealed class RepositoryApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Branches_are_listed_made_and_deleted()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        var list = await api.GetApiAsync("projects/ada%2Fapp/repository/branches?per_page=1");
        Assert.Equal("3", list.Headers["X-Total"]);
        var all = (await api.GetApiAsync("projects/ada%2Fapp/repository/branches")).Json.EnumerateArray().ToList();
        Assert.Equal(["feature/x", "main", "old"], all.Select(one => Text(one, "name")));
        var main = all[1];
        Assert.True(main.GetProperty("default").GetBoolean());
        Assert.True(main.GetProperty("protected").GetBoolean());
        Assert.True(main.GetProperty("can_push").GetBoolean());
        Assert.True(all[2].GetProperty("merged").GetBoolean());
        Assert.Equal("second", Text(main.GetProperty("commit"), "title"));
        Assert.Equal("2026-01-02T04:00:00.000+01:00", Text(main.GetProperty("commit"), "committed_date"));
        Assert.Equal(["feature/x"], Names(await api.GetApiAsync("projects/ada%2Fapp/repository/branches?search=^feat")));

        var made = await api.PostApiAsync("projects/ada%2Fapp/repository/branches?branch=topic/1&ref=old");
        Assert.Equal((201, "topic/1"), (made.Status, Text(made.Json, "name")));
        Assert.Equal("topic/1", Text((await api.GetApiAsync("projects/ada%2Fapp/repository/branches/topic%2F1")).Json, "name"));
        Assert.Equal("refs/heads/topic/1", (await server.PushedAsync())[0].Refs[0].Ref);
        foreach (
            var (branch, from, status, said) in new[]
            {
                ("topic/1", "main", 400, "Branch already exists"),
                ("new", "gone", 400, "Invalid reference name: gone"),
                ("-x", "main", 400, "Branch name is invalid"),
                ("a..b", "main", 400, "Branch name is invalid"),
                ("", "main", 400, "branch is missing"),
            }
        )
        {
            var answer = await api.PostApiAsync("projects/ada%2Fapp/repository/branches", new { branch, @ref = from });
            Assert.Equal(status, answer.Status);
            Assert.Contains(said, answer.Text);
        }

        Assert.Equal(204, (await api.DeleteApiAsync("projects/ada%2Fapp/repository/branches/topic%2F1")).Status);
        Assert.Equal(405, (await api.DeleteApiAsync("projects/ada%2Fapp/repository/branches/main")).Status);
        Assert.Contains("404 Branch Not Found", (await api.GetApiAsync("projects/ada%2Fapp/repository/branches/topic%2F1")).Text);
        Assert.Equal(202, (await api.DeleteApiAsync("projects/ada%2Fapp/repository/merged_branches")).Status);
        Assert.Equal(["feature/x", "main"], Names(await api.GetApiAsync("projects/ada%2Fapp/repository/branches")));
        await server.CheckAsync();
    }

    [Fact]
    public async Task Tags_are_listed_made_with_and_without_a_message_and_deleted()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        var plain = await api.PostApiAsync("projects/ada%2Fapp/repository/tags", new { tag_name = "v1", @ref = "old" });
        Assert.Equal(201, plain.Status);
        Assert.Equal(JsonValueKind.Null, plain["created_at"].ValueKind);
        var noted = await api.PostApiAsync(
            "projects/ada%2Fapp/repository/tags",
            new
            {
                tag_name = "v2",
                @ref = "main",
                message = "Grüße",
            }
        );
        Assert.Equal((201, "Grüße"), (noted.Status, Text(noted.Json, "message")));
        Assert.NotEqual(Text(noted.Json, "target"), Text(noted["commit"], "id"));
        Assert.Equal(["v1", "v2"], Names(await api.GetApiAsync("projects/ada%2Fapp/repository/tags?order_by=name&sort=asc")));
        Assert.Contains("Tag v1 already exists", (await api.PostApiAsync("projects/ada%2Fapp/repository/tags?tag_name=v1&ref=main")).Text);
        Assert.Contains("Target gone is invalid", (await api.PostApiAsync("projects/ada%2Fapp/repository/tags?tag_name=v3&ref=gone")).Text);
        Assert.Equal(204, (await api.DeleteApiAsync("projects/ada%2Fapp/repository/tags/v1")).Status);
        Assert.Equal(404, (await api.GetApiAsync("projects/ada%2Fapp/repository/tags/v1")).Status);
        var (clone, _) = await server.CloneAsync(server.Url, "clone");
        Assert.Equal("tag", await clone.LineAsync("cat-file", "-t", "v2"));
        await server.CheckAsync();
    }

    [Fact]
    public async Task Trees_and_blobs_are_read()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        var root = await api.GetApiAsync("projects/ada%2Fapp/repository/tree");
        Assert.Equal(["dir", "a.txt", "link"], Names(root));
        Assert.Equal(["040000", "100644", "120000"], root.Json.EnumerateArray().Select(one => Text(one, "mode")));
        Assert.Equal(
            ["dir/b.txt", "dir/sub"],
            Paths(await api.GetApiAsync("projects/ada%2Fapp/repository/tree?path=dir&ref=main")).Order()
        );
        Assert.Equal(
            5,
            (await api.GetApiAsync("projects/ada%2Fapp/repository/tree?recursive=true&per_page=100")).Json.GetArrayLength() - 1
        );

        var seen = new List<string>();
        for (var next = "projects/ada%2Fapp/repository/tree?recursive=true&pagination=keyset&per_page=2"; next is not null; )
        {
            var part = await api.GetApiAsync(next);
            seen.AddRange(Paths(part));
            next = part.Headers.TryGetValue("Link", out var link) ? link.Split("/api/v4/")[1].Split('>')[0] : null;
        }

        Assert.Equal(["a.txt", "dir", "dir/b.txt", "dir/sub", "dir/sub/c.bin", "link"], seen.Order(StringComparer.Ordinal));
        foreach (var query in new[] { "path=gone", "path=a.txt", "ref=gone", "path=../..", "path=--help", "ref=--all" })
            Assert.Equal(404, (await api.GetApiAsync("projects/ada%2Fapp/repository/tree?" + query)).Status);

        var blob = Text(root.Json.EnumerateArray().First(one => Text(one, "name") == "a.txt"), "id");
        Assert.Equal("2\n", Decode((await api.GetApiAsync("projects/ada%2Fapp/repository/blobs/" + blob)).Json));
        Assert.Equal("2\n", (await api.GetApiAsync($"projects/ada%2Fapp/repository/blobs/{blob}/raw")).Text);
        Assert.Equal(404, (await api.GetApiAsync("projects/ada%2Fapp/repository/blobs/" + new string('0', 40))).Status);
    }

    [Fact]
    public async Task A_file_is_read_with_its_facts_and_its_bytes_can_do_no_harm()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        var file = await api.GetApiAsync("projects/ada%2Fapp/repository/files/dir%2Fb.txt?ref=main");
        Assert.Equal("b\n", Decode(file.Json));
        Assert.Equal(("b.txt", "dir/b.txt", "main"), (Text(file.Json, "file_name"), Text(file.Json, "file_path"), Text(file.Json, "ref")));
        Assert.NotEqual(Text(file.Json, "commit_id"), Text(file.Json, "last_commit_id"));
        var head = await api.ApiAsync(HttpMethod.Head, "projects/ada%2Fapp/repository/files/dir%2Fb.txt?ref=main");
        Assert.Equal((200, "", "2"), (head.Status, head.Text, head.Headers["X-Gitlab-Size"]));

        using var html = await api.GetAsync("/api/v4/projects/ada%2Fapp/repository/files/dir%2Fsub%2Fc.bin/raw?ref=main", Ct);
        Assert.Equal("application/octet-stream", html.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("attachment", html.Content.Headers.ContentDisposition!.ToString());
        using var text = await api.GetAsync("/api/v4/projects/ada%2Fapp/repository/files/a.txt/raw", Ct);
        Assert.Equal("text/plain; charset=utf-8", text.Content.Headers.ContentType!.ToString());
        Assert.Equal("sandbox; default-src 'none'", text.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", text.Headers.GetValues("X-Content-Type-Options").Single());

        // A link is shown, and not followed.
        Assert.Equal("/etc/passwd", (await api.GetApiAsync("projects/ada%2Fapp/repository/files/link/raw?ref=main")).Text);
        Assert.Contains("ref is missing", (await api.GetApiAsync("projects/ada%2Fapp/repository/files/a.txt")).Text);
        foreach (var path in new[] { "gone?ref=main", "a.txt?ref=gone", "dir?ref=main", "..%2F..%2Fconfig?ref=main", "link%2Fx?ref=main" })
            Assert.Equal((path, 404), (path, (await api.GetApiAsync("projects/ada%2Fapp/repository/files/" + path)).Status));
    }

    [Fact]
    public async Task Files_are_made_changed_and_deleted_by_commits()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        const string file = "projects/ada%2Fapp/repository/files/dir%2Fnew.txt";
        var order = new
        {
            branch = "main",
            commit_message = "by hand",
            content = "grün\n",
            author_name = "Eve <x>\n",
            author_email = "eve@example.com",
        };
        var made = await api.PostApiAsync(file, order);
        Assert.Equal((201, "dir/new.txt", "main"), (made.Status, Text(made.Json, "file_path"), Text(made.Json, "branch")));
        Assert.Contains("A file with this name already exists", (await api.PostApiAsync(file, order)).Text);
        var told = (await server.PushedAsync())[0];
        var commit = (await api.GetApiAsync($"projects/ada%2Fapp/repository/commits/{told.Refs[0].New}")).Json;
        Assert.Equal(("by hand", "Eve x", "ADA"), (Text(commit, "message"), Text(commit, "author_name"), Text(commit, "committer_name")));
        Assert.Equal(1, commit.GetProperty("stats").GetProperty("additions").GetInt64());

        var changed = new
        {
            branch = "main",
            commit_message = "bytes",
            content = Convert.ToBase64String([0, 1, 2]),
            encoding = "base64",
            execute_filemode = true,
        };
        Assert.Equal(200, (await api.PutApiAsync(file, changed)).Status);
        var now = (await api.GetApiAsync(file + "?ref=main")).Json;
        Assert.Equal(3, now.GetProperty("size").GetInt64());
        Assert.True(now.GetProperty("execute_filemode").GetBoolean());
        var late = new
        {
            branch = "main",
            commit_message = "late",
            content = "x",
            last_commit_id = told.Refs[0].New,
        };
        Assert.Contains("has changed since you started editing it", (await api.PutApiAsync(file, late)).Text);

        // Through a link nothing is written; the link itself becomes a file.
        Assert.Contains("doesn't exist", (await api.PutApiAsync("projects/ada%2Fapp/repository/files/link%2Fx", changed)).Text);
        Assert.Equal(
            200,
            (await api.PutApiAsync("projects/ada%2Fapp/repository/files/link", changed with { execute_filemode = false })).Status
        );
        foreach (var path in new[] { ".git%2Fhooks%2Fupdate", "..%2Fx", "a%2F%2Fb", "GIT~1%2Fx", ".GIT%2Fconfig" })
            Assert.Equal((path, 400), (path, (await api.PostApiAsync($"projects/ada%2Fapp/repository/files/{path}", order)).Status));

        using var delete = await api.DeleteAsync($"/api/v4/{file}?branch=main&commit_message=gone", Ct);
        Assert.Equal(204, (int)delete.StatusCode);
        Assert.Equal(404, (await api.GetApiAsync(file + "?ref=main")).Status);
        await server.CheckAsync();
    }

    [Fact]
    public async Task A_commit_of_many_actions_is_one_and_begins_a_branch_where_it_is_told()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        object Order(string branch, string? start, params object[] actions) =>
            new
            {
                branch,
                start_branch = start,
                commit_message = "many",
                actions,
            };
        var made = await api.PostApiAsync(
            "projects/ada%2Fapp/repository/commits",
            Order(
                "fresh",
                "main",
                new
                {
                    action = "create",
                    file_path = "x/y/z.txt",
                    content = "z",
                },
                new
                {
                    action = "update",
                    file_path = "a.txt",
                    content = "new\n",
                },
                new
                {
                    action = "move",
                    file_path = "moved.txt",
                    previous_path = "dir/b.txt",
                },
                new { action = "delete", file_path = "dir/sub/c.bin" },
                new
                {
                    action = "chmod",
                    file_path = "a.txt",
                    execute_filemode = true,
                }
            )
        );
        Assert.True(made.Status == 201, made.Text);
        Assert.Equal(
            ["a.txt", "link", "moved.txt", "x", "x/y", "x/y/z.txt"],
            Paths(await api.GetApiAsync("projects/ada%2Fapp/repository/tree?ref=fresh&recursive=1")).Order(StringComparer.Ordinal)
        );
        var diff = (await api.GetApiAsync($"projects/ada%2Fapp/repository/commits/{Text(made.Json, "id")}/diff"))
            .Json.EnumerateArray()
            .ToList();
        var change = diff.Single(one => Text(one, "new_path") == "a.txt");
        Assert.Equal(
            ("100644", "100755", "@@ -1 +1 @@\n-2\n+new\n"),
            (Text(change, "a_mode"), Text(change, "b_mode"), Text(change, "diff"))
        );
        Assert.True(diff.Single(one => Text(one, "new_path") == "moved.txt").GetProperty("renamed_file").GetBoolean());
        Assert.True(diff.Single(one => Text(one, "new_path") == "dir/sub/c.bin").GetProperty("deleted_file").GetBoolean());

        foreach (
            var (order, said) in new[]
            {
                (
                    Order(
                        "main",
                        null,
                        new
                        {
                            action = "create",
                            file_path = "a.txt/x",
                            content = "",
                        }
                    ),
                    "already exists"
                ),
                (
                    Order(
                        "main",
                        null,
                        new
                        {
                            action = "create",
                            file_path = "dir",
                            content = "",
                        }
                    ),
                    "A directory with this name already exists"
                ),
                (Order("main", null, new { action = "delete", file_path = "gone" }), "doesn't exist"),
                (Order("main", null, new { action = "dance", file_path = "a.txt" }), "Unknown action"),
                (
                    Order(
                        "nowhere",
                        null,
                        new
                        {
                            action = "create",
                            file_path = "q",
                            content = "",
                        }
                    ),
                    "You can only create or edit files when you are on a branch"
                ),
                (
                    Order(
                        "main",
                        "fresh",
                        new
                        {
                            action = "create",
                            file_path = "q",
                            content = "",
                        }
                    ),
                    "already exists"
                ),
            }
        )
        {
            var refused = await api.PostApiAsync("projects/ada%2Fapp/repository/commits", order);
            Assert.Equal(400, refused.Status);
            Assert.Contains(said, refused.Text);
        }

        var developer = await server.Server.UserAsync("dev");
        await server.Server.JoinAsync(new MemberOf.Project(server.Project.Id), developer.Row, Role.Developer);
        var denied = await developer.Client.PostApiAsync(
            "projects/ada%2Fapp/repository/commits",
            Order(
                "main",
                null,
                new
                {
                    action = "create",
                    file_path = "q",
                    content = "",
                }
            )
        );
        Assert.Contains("You are not allowed to push code to protected branches on this project.", denied.Text);
        await server.CheckAsync();
    }

    [Fact]
    public async Task An_empty_project_gets_its_first_commit_over_the_API()
    {
        await using var server = await GitServer.StartAsync();
        var api = server.Owner.Client;
        Assert.Equal("[]", (await api.GetApiAsync("projects/ada%2Fapp/repository/branches")).Text);
        Assert.Equal("[]", (await api.GetApiAsync("projects/ada%2Fapp/repository/commits")).Text);
        Assert.Contains("404 Tree Not Found", (await api.GetApiAsync("projects/ada%2Fapp/repository/tree")).Text);
        var made = await api.PostApiAsync(
            "projects/ada%2Fapp/repository/files/README.md",
            new
            {
                branch = "trunk",
                commit_message = "first",
                content = "# Hello\n",
            }
        );
        Assert.True(made.Status == 201, made.Text);
        var (clone, _) = await server.CloneAsync(server.Url, "clone");
        Assert.Equal("trunk", await clone.LineAsync("branch", "--show-current"));
        Assert.Equal("# Hello\n", await File.ReadAllTextAsync(Path.Combine(clone.Folder, "README.md"), Ct));
    }

    [Fact]
    public async Task Histories_are_listed_and_compared()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        Assert.Equal(["second", "first"], Titles(await api.GetApiAsync("projects/ada%2Fapp/repository/commits")));
        var page = await api.GetApiAsync("projects/ada%2Fapp/repository/commits?per_page=1&page=1");
        Assert.Equal(("2", ""), (page.Headers["X-Next-Page"], page.Headers["X-Prev-Page"]));
        Assert.Equal(["first"], Titles(await api.GetApiAsync("projects/ada%2Fapp/repository/commits?ref_name=main&path=dir")));
        Assert.Equal(["on topic"], Titles(await api.GetApiAsync("projects/ada%2Fapp/repository/commits?ref_name=main..feature/x")));
        Assert.Equal("[]", (await api.GetApiAsync("projects/ada%2Fapp/repository/commits?ref_name=gone")).Text);
        Assert.Equal("[]", (await api.GetApiAsync("projects/ada%2Fapp/repository/commits?ref_name=--output=x")).Text);
        Assert.Equal("[]", (await api.GetApiAsync("projects/ada%2Fapp/repository/commits?since=2027-01-01")).Text);
        Assert.Equal(3, (await api.GetApiAsync("projects/ada%2Fapp/repository/commits?all=true&author=Ada")).Json.GetArrayLength());

        var compared = await api.GetApiAsync("projects/ada%2Fapp/repository/compare?from=main&to=feature/x");
        Assert.Equal("on topic", Text(compared["commit"], "title"));
        Assert.Equal(["t.txt"], compared["diffs"].EnumerateArray().Select(one => Text(one, "new_path")));
        Assert.Equal(404, (await api.GetApiAsync("projects/ada%2Fapp/repository/compare?from=main&to=gone")).Status);
        Assert.Equal(
            "first",
            Text((await api.GetApiAsync("projects/ada%2Fapp/repository/merge_base?refs[]=main&refs[]=feature/x")).Json, "title")
        );
        Assert.Equal(["main"], Names(await api.GetApiAsync("projects/ada%2Fapp/repository/commits/main/refs?type=branch")));
        Assert.Equal(404, (await api.GetApiAsync("projects/ada%2Fapp/repository/commits/gone")).Status);
    }

    [Fact]
    public async Task An_archive_holds_the_files_of_a_commit()
    {
        await using var server = await FilledAsync();
        var api = server.Owner.Client;
        var sha = (await server.RefsAsync())["main"];
        using var answer = await api.GetAsync("/api/v4/projects/ada%2Fapp/repository/archive.zip?sha=main", Ct);
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(Ct));
        Assert.Contains($"app-main-{sha}/dir/b.txt", zip.Entries.Select(entry => entry.FullName));
        Assert.Equal($"app-main-{sha}.zip", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        using var tar = await api.GetAsync("/api/v4/projects/ada%2Fapp/repository/archive?path=dir", Ct);
        using var unzipped = new GZipStream(await tar.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
        using var reader = new System.Formats.Tar.TarReader(unzipped);
        var names = new List<string>();
        while (await reader.GetNextEntryAsync(cancellationToken: Ct) is { } entry)
            names.Add(entry.Name);
        Assert.Contains(names, name => name.EndsWith("dir/b.txt"));
        Assert.DoesNotContain(names, name => name.EndsWith("a.txt"));
        foreach (var query in new[] { ".rar", ".zip?sha=gone", ".zip?path=gone", ".zip?sha=--exec=x" })
            Assert.True(
                (int)(await api.GetAsync("/api/v4/projects/ada%2Fapp/repository/archive" + query, Ct)).StatusCode is 404 or 406,
                query
            );
    }

    private static async Task<GitServer> FilledAsync()
    {
        var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("commit", "-q", "--amend", "-m", "first");
        File.CreateSymbolicLink(Path.Combine(git.Folder, "link"), "/etc/passwd");
        await git.OkAsync("add", "-A");
        await git.CommitAsync("x", ("dir/b.txt", "b\n"), ("dir/sub/c.bin", "<html>\0"));
        await git.OkAsync("reset", "-q", "--soft", "HEAD~1");
        await git.OkAsync("commit", "-q", "--amend", "-m", "first");
        await git.OkAsync("push", "-q", "origin", "HEAD:refs/heads/main", "HEAD:refs/heads/old");
        await git.OkAsync("checkout", "-q", "-b", "topic");
        await git.CommitAsync("on topic", ("t.txt", "t"));
        await git.OkAsync("push", "-q", "origin", "topic:feature/x");
        await git.OkAsync("checkout", "-q", "main");
        await git.CommitAsync("second", ("a.txt", "2\n"));
        await git.OkAsync("push", "-q", "origin", "main");
        return server;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static string Decode(JsonElement file) => Encoding.UTF8.GetString(Convert.FromBase64String(Text(file, "content")));

    private static IEnumerable<string> Names(Answer answer) => answer.Json.EnumerateArray().Select(one => Text(one, "name"));

    private static IEnumerable<string> Paths(Answer answer) => answer.Json.EnumerateArray().Select(one => Text(one, "path"));

    private static IEnumerable<string> Titles(Answer answer) => answer.Json.EnumerateArray().Select(one => Text(one, "title"));
}
