using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Protocol.Coordination;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Probes;

/// <summary>Security row S20: names that are meant to lead out of where something is kept, in every route that takes a name. None fails, and none finds what lies outside.</summary>
public sealed class HostileAddressTests
{
    private const string Canary = "canary-outside-4d2f";

    /// <summary>As they stand in an address.</summary>
    private static readonly string[] Names =
    [
        "../canary.txt",
        "../../canary.txt",
        "../../../../../../../../etc/passwd",
        "..%2fcanary.txt",
        "..%2F..%2F..%2Fcanary.txt",
        "%2e%2e/%2e%2e/canary.txt",
        "%2e%2e%2f%2e%2e%2fcanary.txt",
        "%252e%252e%252fcanary.txt",
        "..%252f..%252fcanary.txt",
        "..\\..\\canary.txt",
        "..%5c..%5ccanary.txt",
        "%c0%ae%c0%ae/canary.txt",
        "..%c0%afcanary.txt",
        "..%e0%80%afcanary.txt",
        "canary.txt%00",
        "%00",
        "a%00.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "..;/canary.txt",
        "..;%2fcanary.txt",
        "....//....//canary.txt",
        ".%2e/canary.txt",
        "%u002e%u002e/canary.txt",
        "file:%2f%2f%2fetc%2fpasswd",
        "C:%5ccanary.txt",
        "~%2fcanary.txt",
        ".",
        "..",
        "%2e",
        "%2e%2e",
        ".git%2fconfig",
        "--output=canary.txt",
        "-c",
        "refs%2fheads%2f..%2f..%2fconfig",
        "main%3a..%2f..%2fcanary.txt",
        "main@%7b1%7d",
        "%ff%fe",
        "%ed%a0%80",
        "%e2%80%ae",
        "a%0d%0aX-Evil:%201",
        "%25",
        "%",
        "*",
        "'%22%3c%3e",
        "99999999999999999999999999",
        "-1",
    ];

    /// <summary>What calls take by name. What they do not take they pass over.</summary>
    private static readonly string[] Fields =
    [
        "ref",
        "branch",
        "start_branch",
        "path",
        "file_path",
        "sha",
        "from",
        "to",
        "tag_name",
        "name",
        "key",
        "value",
        "description",
        "search",
        "scope",
        "cron",
        "cron_timezone",
        "environment",
        "environment_scope",
        "url",
        "token",
        "username",
        "user[login]",
        "content",
        "commit_message",
        "title",
        "tag_list",
        "default_branch",
        "order_by",
        "sort",
        "page",
        "per_page",
        "expires_at",
        "variables[][key]",
        "variables[][value]",
        "return_to",
        "tag_name_pattern",
        "system_id",
        "status",
        "state",
        "before",
        "after",
        "author",
        "since",
        "until",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task No_name_leads_outside_and_none_makes_the_server_fail(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var calls = (
            from route in Routes(room)
            from place in Strings(route.Pattern)
            from name in Names
            select (route.Method, Path: Filled(room, route.Pattern, place, name))
        ).ToList();
        Assert.Equal("", await SweepAsync(room, [.. calls.Where(IsHarmless).Concat(Others(room)).Distinct()], null));
        Assert.NotNull(await Lookup.ProjectAsync(room.Db, $"{room.Project.Id}", Ct));
        // Two dots after what is below a project are the project itself: this ends it, and there is nothing left to ask for.
        Assert.Equal("", await SweepAsync(room, [.. calls.Where(call => !IsHarmless(call)).Distinct()], null));

        static bool IsHarmless((string Method, string Path) call) => call.Method != "DELETE";
    }

    [Theory, EveryDatabase]
    public async Task No_value_makes_the_server_fail(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        string[] values =
        [
            "../../canary.txt",
            "a\0b",
            "\0",
            "/etc/passwd",
            "\ud800",
            "",
            "-1",
            new string('a', 5000),
            "--upload-pack=x",
            "99999999999999999999999",
        ];
        var wrong = "";
        foreach (var value in values)
        {
            var query = string.Join('&', Fields.Select(field => $"{Uri.EscapeDataString(field)}={Escaped(value)}"));
            var body = Fields.ToDictionary(field => field, _ => value);
            // What ends the project, the user or the token would leave nothing to ask.
            var routes = Routes(room)
                .Where(route => route.Method is not "DELETE")
                .Where(route =>
                    !((string[])["archive", "transfer", "block", "rotate", "revoke", "remove", "sign_out", "cancel", "erase"]).Any(
                        route.Pattern.Contains
                    )
                )
                .Select(route => (route.Method, Filled(room, route.Pattern, null, "main") + (route.Method == "GET" ? $"?{query}" : "")));
            wrong += await SweepAsync(room, [.. routes], body);
        }

        Assert.True(wrong.Length == 0, wrong);
    }

    /// <summary>With a project that has a commit, a job and an artifact, and with files beside them that nobody is to see.</summary>
    private static async Task<CoordinatorRoom> OpenAsync(DatabaseKind kind)
    {
        var room = await CoordinatorRoom.OpenAsync(kind);
        using var folder = new TemporaryFolder();
        var git = await GitClient.InitAsync(folder["work"]);
        await git.CommitAsync("one", ("a.txt", "a"), (".gitlab-ci.yml", "a: {script: [x]}"));
        var repository = room.Part<Repositories>().Create(room.Project.Id);
        await git.OkAsync("push", "-q", repository.Path, "HEAD:refs/heads/main", "HEAD:refs/tags/v1");
        await room.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main'", null, Ct);
        await room.PipelineAsync("a: {script: [x], artifacts: {paths: [a.txt]}}", sha: await git.LineAsync("rev-parse", "HEAD"));
        var job = await (await room.RunnerAsync()).StartAsync();
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        await using (var entry = archive.CreateEntry("a.txt").Open())
            entry.WriteByte((byte)'a');
        Assert.Equal(201, (await job.UploadAsync(zip.ToArray(), "artifacts.zip", "artifact_format=zip&artifact_type=archive")).Status);
        await job.FinishAsync(JobState.Success);
        foreach (
            var place in Directory
                .EnumerateDirectories(room.Server.DataFolder, "*", SearchOption.AllDirectories)
                .Append(room.Server.DataFolder)
                .ToList()
        )
            await File.WriteAllTextAsync(Path.Combine(place, "canary.txt"), Canary, Ct);
        return room;
    }

    private static IEnumerable<(string Method, string Pattern)> Routes(CoordinatorRoom room) =>
        from route in room.Part<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where route.RoutePattern.RawText is not ("/{**path}" or "{**path}")
        from method in route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        where method != "HEAD" && !route.RoutePattern.RawText!.EndsWith("events")
        select (method, "/" + route.RoutePattern.RawText!.Trim('/'));

    /// <summary>The places of a route that take any text.</summary>
    private static IEnumerable<string> Strings(string pattern) =>
        pattern.Split('/').SelectMany(part => part.Split('.')).Where(part => part.StartsWith('{') && !part.Contains(':'));

    private static string Filled(CoordinatorRoom room, string pattern, string? place, string name)
    {
        if (place is not null)
            pattern = pattern.Replace(place, name);
        pattern = pattern
            .Replace("/-/page/{project}", $"/{room.Project.FullPath}/-")
            .Replace("/-/group/{group}", "/groups/none/-")
            .Replace("/-/space/", "/")
            .Replace("/-/page/", "/")
            .Replace("/-/group/", "/groups/")
            .Replace("{project}", $"{room.Project.Id}");
        return string.Join(
            '/',
            pattern
                .Split('/')
                .Select(part =>
                    part.StartsWith("{**") ? "main/a.txt"
                    : part.StartsWith('{')
                        ? part.Contains(":long") ? "1"
                            : "main"
                    : part
                )
        );
    }

    /// <summary>Git, the registry and what else reads its address itself.</summary>
    private static IEnumerable<(string, string)> Others(CoordinatorRoom room) =>
        from name in Names
        from path in (string[])
            [
                $"/{name}",
                $"/{name}.git/info/refs?service=git-upload-pack",
                $"/{room.Project.FullPath}/{name}",
                $"/{room.Project.FullPath}.git/{name}",
                $"/{room.Project.FullPath}.git/info/refs?service={name}",
                $"/{room.Project.FullPath}.git/objects/{name}",
                $"/{room.Project.FullPath}.git/gitlab-lfs/objects/{name}",
                $"/{room.Project.FullPath}/-/blob/main/{name}",
                $"/{room.Project.FullPath}/-/raw/main/{name}",
                $"/{room.Project.FullPath}/-/tree/main/{name}",
                $"/{room.Project.FullPath}/-/jobs/1/artifacts/raw/{name}",
                $"/api/v4/projects/{room.Project.Id}/repository/files/{name}/raw?ref=main",
                $"/api/v4/projects/{room.Project.Id}/repository/tree?ref=main&path={name}",
                $"/api/v4/projects/{room.Project.Id}/repository/archive?sha={name}",
                $"/api/v4/projects/{room.Project.Id}/repository/archive?sha=main&path={name}",
                $"/api/v4/projects/{room.Project.Id}/repository/commits?ref_name=main&path={name}",
                $"/api/v4/projects/{room.Project.Id}/repository/commits?ref_name={name}",
                $"/api/v4/projects/{room.Project.Id}/jobs/1/artifacts/{name}",
                $"/api/v4/projects/{room.Project.Id}/jobs/artifacts/main/raw/{name}?job=a",
                $"/v2/{name}/manifests/latest",
                $"/v2/{room.Project.FullPath}/manifests/{name}",
                $"/v2/{room.Project.FullPath}/blobs/{name}",
                $"/v2/{room.Project.FullPath}/blobs/uploads/{name}",
                $"/-/assets/{name}/slipway.css",
                $"/-/assets/0000000000000000/{name}",
                $"/jwt/auth?service=container_registry&scope=repository:{name}:pull",
            ]
        select ("GET", path);

    /// <returns>What went wrong, a line each.</returns>
    private static async Task<string> SweepAsync(CoordinatorRoom room, IReadOnlyList<(string Method, string Path)> calls, object? body)
    {
        Assert.True(calls.Count > 100, $"{calls.Count}");
        var admin = room.Admin;
        using var client = room.Server.Client(admin.Token);
        var log = new LogLines(LogLevel.Error);
        room.Part<ILoggerFactory>().AddProvider(log);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{admin.Row.Username}:{admin.Token}"));
        var wrong = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await Parallel.ForEachAsync(
            calls,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ct },
            async (call, ct) =>
            {
                // As it is written: nobody makes an address shorter on the way.
                var uri = new Uri(
                    room.Server.Address.GetLeftPart(UriPartial.Authority) + call.Path,
                    new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
                );
                using var answer = await HeardAsync(() =>
                {
                    var request = new HttpRequestMessage(new HttpMethod(call.Method), uri);
                    if (!call.Path.StartsWith("/api/"))
                        request.Headers.Authorization = new("Basic", basic);
                    if (call.Method != "GET")
                        request.Content = JsonContent.Create(body ?? new { });
                    return client.SendAsync(request, ct);
                });
                var text = Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync(ct));
                if ((int)answer.StatusCode is >= 500 and not 501)
                    wrong.Enqueue($"{(int)answer.StatusCode}: {call.Method} {call.Path[..Math.Min(90, call.Path.Length)]}");
                if (text.Contains(Canary) || text.Contains("root:x:0") || text.Contains("repositoryformatversion"))
                    wrong.Enqueue($"Shows what lies outside: {call.Method} {call.Path}");
                if (answer.Headers.Contains("X-Evil"))
                    wrong.Enqueue($"A header of its own: {call.Method} {call.Path}");
            }
        );
        return string.Join('\n', wrong.Distinct().Order().Take(50).Concat(wrong.IsEmpty ? [] : log.All.Take(5)));
    }

    /// <summary>What a server does not take it may refuse before all of it was sent: a client that is still sending then hears of a broken pipe only, now and then.</summary>
    private static async Task<HttpResponseMessage> HeardAsync(Func<Task<HttpResponseMessage>> ask)
    {
        for (var left = 20; ; left--)
            try
            {
                return await ask();
            }
            catch (HttpRequestException e) when (e.InnerException is IOException && left > 0) { }
    }

    private static string Escaped(string value) => value == "\ud800" ? "%ed%a0%80" : Uri.EscapeDataString(value);
}
