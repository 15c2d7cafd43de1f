using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Who gets which token, and what it opens.</summary>
public sealed class TokenTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Everybody_gets_of_what_is_asked_what_is_allowed(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var server = room.Server;
        var group = await server.GroupAsync(room.Owner.Row, "Team", "public");
        var projects = new Dictionary<string, ProjectRow>();
        foreach (var visibility in (string[])["private", "internal", "public"])
            projects[visibility] = await server.ProjectAsync(room.Owner.Row, "P-" + visibility, visibility, group);
        var people = new Dictionary<string, (string User, string Password)?> { ["nobody"] = null };
        foreach (var role in (Role[])[Role.None, Role.Guest, Role.Reporter, Role.Developer])
        {
            var user = await server.UserAsync($"u{(int)role}");
            people[$"{role}"] = (user.Row.Username, user.Token);
            if (role != Role.None)
                await server.JoinAsync(new MemberOf.Group(group.Id), user.Row, role);
        }

        var owner = room.Owner.Row;
        people["reads"] = ("any", await server.TokenAsync(owner, Scopes.ReadRegistry));
        people["writes"] = ("any", await server.TokenAsync(owner, Scopes.WriteRegistry));
        people["both"] = ("any", await server.TokenAsync(owner, Scopes.ReadRegistry | Scopes.WriteRegistry));
        people["deploy reads"] = await DeployAsync(room, projects["private"].Id, "read_registry");
        people["deploy both"] = await DeployAsync(room, projects["private"].Id, "read_registry", "write_registry");
        people["job"] = await JobAsync(room, projects["private"].Id);
        foreach (
            var (who, expected) in (IEnumerable<(string, string)>)
                [
                    ("nobody", "- - pull"),
                    ("None", "- pull pull"),
                    ("Guest", "- pull pull"),
                    ("Reporter", "pull pull pull"),
                    ("Developer", "all all all"),
                    ("reads", "pull pull pull"),
                    ("writes", "push push push"),
                    ("both", "pull,push pull,push pull,push"),
                    ("deploy reads", "pull - pull"),
                    ("deploy both", "pull,push - pull"),
                    // Its own project, and what is everybody's.
                    ("job", "all - pull"),
                ]
        )
        {
            var granted = new List<string>();
            foreach (var visibility in projects.Keys)
                granted.Add(await GrantedAsync(server, people[who], $"team/p-{visibility}/a/b/c"));
            Assert.Equal((who, expected), (who, string.Join(' ', granted)));
        }
    }

    [Theory, EveryDatabase]
    public async Task Other_projects_let_jobs_in_to_pull_and_not_to_push(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var other = await room.Server.ProjectAsync(room.Owner.Row, "other");
        var job = await JobAsync(room, room.Project.Id);
        Assert.Equal("-", await GrantedAsync(room.Server, job, "ada/other"));
        await room.Owner.Client.PostApiAsync($"projects/{other.Id}/job_token_scope/allowlist", new { target_project_id = room.Project.Id });
        Assert.Equal("pull", await GrantedAsync(room.Server, job, "ada/other"));
        await room.Server.Db.ExecuteAsync("UPDATE jobs SET status = 'success'", null, Ct);
        Assert.Equal("401", await GrantedAsync(room.Server, job, "ada/app"));
    }

    [Fact]
    public async Task A_credential_that_is_no_good_is_refused_and_one_for_other_things_too()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var server = room.Server;
        await server.UserAsync("grace", password: "correct horse 1");
        var code = await server.TokenAsync(room.Owner.Row, Scopes.ReadRepository);
        foreach (
            var (login, expected) in (IEnumerable<((string, string)?, string)>)
                [
                    (("grace", "correct horse 1"), "-"),
                    (("grace", "wrong"), "401"),
                    (("ada", "glpat-000000000000000000000000000"), "401"),
                    (("gitlab-ci-token", "glcbt-0"), "401"),
                    (("a\0b", "x"), "401"),
                    (("ada", code), "403"),
                ]
        )
            Assert.Equal((login, expected), (login, await GrantedAsync(server, login, "ada/app")));
        using var wrong = await AskAsync(server, ("grace", "wrong"), "");
        Assert.StartsWith("HTTP Basic: Access denied.", await MessageAsync(wrong));
        using var nobody = await AskAsync(server, null, "");
        Assert.Equal((403, "access forbidden"), ((int)nobody.StatusCode, await MessageAsync(nobody)));
        using var service = await server.Anonymous.GetAsync("/jwt/auth?service=other&scope=repository:a/b:pull", Ct);
        Assert.Equal((404, "there is no such service"), ((int)service.StatusCode, await MessageAsync(service)));
    }

    [Fact]
    public async Task Guessing_passwords_ends_soon()
    {
        await using var room = await RegistryRoom.OpenAsync();
        for (var tries = 0; tries < 10; tries++)
            Assert.Equal("401", await GrantedAsync(room.Server, ("ada", "guess"), "ada/app"));
        using var answer = await AskAsync(room.Server, ("ada", "guess"), "");
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    /// <summary>A private project and one that is not there: every answer, header and all, is the same.</summary>
    [Fact]
    public async Task What_one_may_not_see_is_not_there()
    {
        await using var room = await RegistryRoom.OpenAsync();
        await room.Client.PushImageAsync("ada/app");
        var blob = await room.Client.PushAsync("ada/app", [1, 2, 3]);
        var stranger = await room.Server.UserAsync("eve");
        var own = await room.Server.ProjectAsync(stranger.Row, "own");
        using var eve = room.ClientOf("eve", stranger.Token);
        using var nobody = room.Stranger();
        foreach (var client in (RegistryClient[])[eve, nobody])
        foreach (
            var (method, path) in (IEnumerable<(string, string)>)
                [
                    ("GET", "manifests/latest"),
                    ("GET", $"blobs/{blob}"),
                    ("GET", "tags/list"),
                    ("GET", $"referrers/{blob}"),
                    ("POST", "blobs/uploads/"),
                    ("DELETE", $"blobs/{blob}"),
                    ("PUT", "manifests/latest"),
                ]
        )
        {
            var there = await client.SendAsync(method, $"/v2/ada/app/{path}", null);
            var missing = await client.SendAsync(method, $"/v2/ada/xyz/{path}", null);
            Assert.Equal(401, there.Status);
            Assert.Equal(Told(missing, "ada/xyz"), Told(there, "ada/app"));
        }

        // Nor does it help to know the digest: it is no blob of one's own, and cannot be taken.
        Assert.Equal(404, (await eve.HeadAsync($"/v2/eve/own/blobs/{blob}")).Status);
        foreach (var from in (string[])["&from=ada/app", "&from=ada/xyz", ""])
            Assert.Equal((from, 202), (from, (await eve.SendAsync("POST", $"/v2/eve/own/blobs/uploads/?mount={blob}{from}", null)).Status));
        var manifest = Images.Image([1, 2, 3]).ToBytes();
        Assert.Equal((404, "MANIFEST_BLOB_UNKNOWN"), await RefusalAsync(eve.PutAsync("eve/own", "t", manifest)));
        Assert.Equal(
            own.Id,
            (await room.Server.Db.QueryAsync<long>("SELECT DISTINCT project_id FROM registry_repositories ORDER BY 1", null, Ct))[^1]
        );

        static string Told(Said said, string name) =>
            $"{said.Status} {said.Text} {string.Join('\n', said.Headers.Where(h => !h.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase) && h.Key != "Date").Select(h => $"{h.Key}: {h.Value}"))}".Replace(
                name,
                "NAME"
            );
    }

    [Fact]
    public async Task A_challenge_says_where_tokens_are_and_which()
    {
        await using var room = await RegistryRoom.OpenAsync();
        using var nobody = room.Stranger();
        foreach (
            var (method, path, scope) in (IEnumerable<(string, string, string)>)
                [
                    ("GET", "", ""),
                    ("GET", "_catalog", ",scope=\"registry:catalog:*\""),
                    ("GET", "ada/app/tags/list", ",scope=\"repository:ada/app:pull\""),
                    ("PUT", "ada/app/manifests/t", ",scope=\"repository:ada/app:pull,push\""),
                    ("DELETE", "ada/app/manifests/t", ",scope=\"repository:ada/app:delete\""),
                    (
                        "POST",
                        $"ada/app/blobs/uploads/?mount={Images.Digest([])}&from=b%2Fc",
                        ",scope=\"repository:ada/app:pull,push repository:b/c:pull\""
                    ),
                ]
        )
        {
            var said = await nobody.OnceAsync(method, "/v2/" + path, null, null);
            Assert.Equal((401, "UNAUTHORIZED"), (said.Status, said.Code));
            Assert.Equal(
                $"Bearer realm=\"{room.Server.Address}jwt/auth\",service=\"container_registry\"{scope}",
                said.Header("WWW-Authenticate")
            );
        }

        var nonsense = await nobody.OnceAsync("GET", "/v2/", null, "nonsense");
        Assert.EndsWith(",error=\"invalid_token\"", nonsense.Header("WWW-Authenticate"));
        var external = new Uri("https://ci.example.com/slipway");
        await using var named = await RegistryRoom.OpenAsync(with: options => options with { ExternalUrl = external });
        using var other = named.Stranger();
        Assert.Contains(
            "realm=\"https://ci.example.com/slipway/jwt/auth\"",
            (await other.OnceAsync("GET", "/v2/", null, null)).Header("WWW-Authenticate")
        );
    }

    [Fact]
    public async Task A_token_opens_what_it_was_made_for_until_it_expires_and_ends_what_was_begun_with_it()
    {
        var clock = new Clock();
        await using var room = await RegistryRoom.OpenAsync(time: clock);
        using var http = room.Stranger();
        var token = await room.Client.TokenAsync(await ChallengeAsync(http, "ada/app/a"));
        Assert.Equal(404, (await http.OnceAsync("GET", "/v2/ada/app/a/tags/list", null, token)).Status);
        var elsewhere = await http.OnceAsync("GET", "/v2/ada/app/b/tags/list", null, token);
        Assert.Equal((401, "DENIED"), (elsewhere.Status, elsewhere.Code));
        Assert.EndsWith(",error=\"insufficient_scope\"", elsewhere.Header("WWW-Authenticate"));
        var begun = (await http.OnceAsync("POST", "/v2/ada/app/a/blobs/uploads/", null, token)).Location;
        foreach (
            var changed in (string[])
                [
                    token![..^1],
                    token + "A",
                    $"{(token[0] == 'A' ? 'B' : 'A')}{token[1..]}",
                    $"{token[..^2]}{(token[^2] == 'A' ? 'B' : 'A')}{token[^1]}",
                ]
        )
            Assert.Equal(401, (await http.OnceAsync("GET", "/v2/ada/app/a/tags/list", null, changed)).Status);

        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(401, (await http.OnceAsync("GET", "/v2/ada/app/a/tags/list", null, token)).Status);
        Assert.Equal(401, (await http.OnceAsync("POST", "/v2/ada/app/a/blobs/uploads/", null, token)).Status);
        Assert.Equal(202, (await http.OnceAsync("PATCH", begun, [1], token)).Status);
        var later = (await room.Client.SendAsync("POST", "/v2/ada/app/a/blobs/uploads/", null)).Location;
        // For what was begun since, a new token is asked for: clients then get one and go on.
        var old = await http.OnceAsync("PATCH", later, [1], token);
        Assert.Equal(401, old.Status);
        Assert.EndsWith(",error=\"invalid_token\"", old.Header("WWW-Authenticate"));
        Assert.Equal(201, (await http.OnceAsync("PUT", $"{begun}?digest={Images.Digest([1])}", null, token)).Status);
    }

    [Fact]
    public async Task A_project_that_is_gone_takes_its_tokens_and_images_along()
    {
        await using var room = await RegistryRoom.OpenAsync();
        await room.Client.PushImageAsync("ada/app");
        using var http = room.Stranger();
        var token = await room.Client.TokenAsync(await ChallengeAsync(http, "ada/app"));
        Assert.Equal(200, (await http.OnceAsync("GET", "/v2/ada/app/manifests/latest", null, token)).Status);
        Assert.Equal(202, (await room.Owner.Client.DeleteApiAsync($"projects/{room.Project.Id}")).Status);
        await room.Server.ProjectAsync(room.Owner.Row, "app");

        Assert.Equal(404, (await http.OnceAsync("GET", "/v2/ada/app/manifests/latest", null, token)).Status);
        Assert.Equal(404, (await http.OnceAsync("POST", "/v2/ada/app/blobs/uploads/", null, token)).Status);
        Assert.Equal(404, (await room.Client.GetAsync("/v2/ada/app/tags/list")).Status);
    }

    [Fact]
    public async Task Forms_get_tokens_and_those_who_ask_for_it_a_refresh_token()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["service"] = "container_registry",
            ["client_id"] = "containerd-client",
            ["scope"] = "repository:ada/app:pull,push repository:ada/nothing:pull",
            ["username"] = "ada",
            ["password"] = room.Owner.Token,
        };
        var (status, json) = await PostAsync(room, form);
        Assert.Equal(200, status);
        Assert.Equal("repository:ada/app:pull,push", json.GetProperty("scope").GetString());
        Assert.Equal(300, json.GetProperty("expires_in").GetInt32());
        Assert.False(json.TryGetProperty("refresh_token", out _));

        form["access_type"] = "offline";
        var refresh = (await PostAsync(room, form)).Json.GetProperty("refresh_token").GetString()!;
        Assert.DoesNotContain(room.Owner.Token, refresh);
        var again = new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = refresh,
            ["service"] = "container_registry",
            ["scope"] = "repository:ada/app:delete",
        };
        Assert.Equal("repository:ada/app:delete", (await PostAsync(room, again)).Json.GetProperty("scope").GetString());
        using var http = room.Stranger();
        Assert.Equal(401, (await http.OnceAsync("GET", "/v2/", null, refresh)).Status);

        await room.Server.Db.ExecuteAsync("UPDATE access_tokens SET revoked_at = 1", null, Ct);
        Assert.Equal(401, (await PostAsync(room, again)).Status);
        again["refresh_token"] = "nonsense";
        Assert.Equal(401, (await PostAsync(room, again)).Status);
        again["grant_type"] = "other";
        Assert.Equal(400, (await PostAsync(room, again)).Status);
    }

    [Fact]
    public async Task Name_and_password_open_the_registry_themselves_for_scripts()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var digest = await room.Client.PushImageAsync("ada/app");
        using var http = room.Server.Client(null);
        http.DefaultRequestHeaders.Authorization = Basic("ada", room.Owner.Token);
        using var got = await http.GetAsync($"/v2/ada/app/manifests/{digest}", Ct);
        Assert.Equal(200, (int)got.StatusCode);
        http.DefaultRequestHeaders.Authorization = Basic("ada", "wrong");
        using var refused = await http.GetAsync("/v2/", Ct);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.StartsWith("Bearer realm=", refused.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Administrators_alone_list_all_repositories()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var group = await room.Server.GroupAsync(room.Owner.Row, "Team");
        await room.Server.ProjectAsync(room.Owner.Row, "P", group: group);
        foreach (var name in (string[])["team/p", "ada/app/z", "ada/app", "ada/app/a-b"])
            await room.Client.PushAsync(name, [1]);
        var admin = await room.Server.AdminAsync("root");
        using var root = room.ClientOf("root", admin.Token);

        Assert.Equal("""{"repositories":["ada/app","ada/app/a-b","ada/app/z","team/p"]}""", (await root.GetAsync("/v2/_catalog")).Text);
        var part = await root.GetAsync("/v2/_catalog?n=2&last=ada/app");
        Assert.Equal("""{"repositories":["ada/app/a-b","ada/app/z"]}""", part.Text);
        Assert.Equal("</v2/_catalog?last=ada%2Fapp%2Fz&n=2>; rel=\"next\"", part.Header("Link"));
        Assert.Equal((401, "DENIED"), await RefusalAsync(room.Client.GetAsync("/v2/_catalog")));
    }

    private static async Task<string> ChallengeAsync(RegistryClient nobody, string name) =>
        (await nobody.OnceAsync("POST", $"/v2/{name}/blobs/uploads/", null, null)).Header("WWW-Authenticate")!;

    private static async Task<(string, string)?> DeployAsync(RegistryRoom room, long project, params string[] scopes)
    {
        var made = await room.Owner.Client.PostApiAsync($"projects/{project}/deploy_tokens", new { name = "d", scopes });
        return (made["username"].GetString()!, made["token"].GetString()!);
    }

    private static async Task<(string, string)?> JobAsync(RegistryRoom room, long project)
    {
        var token = Tokens.Create(Tokens.Job);
        await Rows.JobAsync(room.Server.Db, project, room.Owner.Id, Tokens.Hash(token));
        return ("gitlab-ci-token", token);
    }

    /// <summary>What of everything is granted; or the status of the refusal.</summary>
    private static async Task<string> GrantedAsync(TestServer server, (string, string)? login, string name)
    {
        using var answer = await AskAsync(server, login, $"repository:{name}:*");
        if (!answer.IsSuccessStatusCode)
            return $"{(int)answer.StatusCode}";
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        Assert.False(json.RootElement.TryGetProperty("refresh_token", out _));
        var pass = server.Services.GetRequiredService<RegistryTokens>().Open(json.RootElement.GetProperty("access_token").GetString()!)!;
        return pass.Grants switch
        {
            [] => "-",
            [{ Actions: RegistryActions.Pull | RegistryActions.Push | RegistryActions.Delete }] => "all",
            [var grant] => new AskedScope("x", grant.Actions).ToString()["repository:x:".Length..],
            _ => "too many",
        };
    }

    private static async Task<HttpResponseMessage> AskAsync(TestServer server, (string User, string Password)? login, string scope)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/jwt/auth?account=x&offline_token=true&service=container_registry&scope={scope}"
        );
        if (login is var (user, password))
            request.Headers.Authorization = Basic(user, password);
        return await server.Anonymous.SendAsync(request, Ct);
    }

    private static async Task<(int Status, JsonElement Json)> PostAsync(RegistryRoom room, Dictionary<string, string> form)
    {
        using var content = new FormUrlEncodedContent(form);
        using var answer = await room.Server.Anonymous.PostAsync("/jwt/auth", content, Ct);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement);
    }

    private static async Task<string?> MessageAsync(HttpResponseMessage answer)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return json.RootElement.GetProperty("errors")[0].GetProperty("message").GetString();
    }

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static async Task<(int, string)> RefusalAsync(Task<Said> asked)
    {
        var said = await asked;
        return (said.Status, said.Code);
    }
}
