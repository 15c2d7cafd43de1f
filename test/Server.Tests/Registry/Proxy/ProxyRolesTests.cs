using System.Text;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Projects;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>
/// Security row S34 for the doors of a group's dependency proxy: pulls, the tokens for them, its calls of API v4 and its page. Whoever may not know of a group
/// is told of it, word for word, what he is told of one that is not there. https://docs.gitlab.com/user/packages/dependency_proxy/
/// </summary>
public sealed class ProxyRolesTests
{
    /// <summary>Everybody's answers of a private, an internal and a public group. A token says what it is good for.</summary>
    private const string Expected = """
                      ano str gue pla rep dev mai own | ano str gue pla rep dev mai own | ano str gue pla rep dev mai own
        manifest      401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200
        manifest head 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200
        layer         401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200
        referrers     401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200
        not there     401 401 404 404 404 404 404 404 | 401 401 404 404 404 404 404 404 | 401 401 404 404 404 404 404 404
        by password   401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200
        token         no  no  yes yes yes yes yes yes | no  no  yes yes yes yes yes yes | no  no  yes yes yes yes yes yes
        token by form 401 no  yes yes yes yes yes yes | 401 no  yes yes yes yes yes yes | 401 no  yes yes yes yes yes yes
        push          405 405 405 405 405 405 405 405 | 405 405 405 405 405 405 405 405 | 405 405 405 405 405 405 405 405
        delete        405 405 405 405 405 405 405 405 | 405 405 405 405 405 405 405 405 | 405 405 405 405 405 405 405 405
        tags          405 405 405 405 405 405 405 405 | 405 405 405 405 405 405 405 405 | 405 405 405 405 405 405 405 405
        his job       401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200 | 401 401 200 200 200 200 200 200
        settings      404 404 403 403 200 200 200 200 | 404 403 403 403 200 200 200 200 | 401 403 403 403 200 200 200 200
        change        401 404 403 403 403 403 403 200 | 401 403 403 403 403 403 403 200 | 401 403 403 403 403 403 403 200
        empty         401 404 403 403 403 403 403 202 | 401 403 403 403 403 403 403 202 | 401 403 403 403 403 403 403 202
        page          302 404 200 200 200 200 200 200 | 302 404 200 200 200 200 200 200 | 302 404 200 200 200 200 200 200
        page's change 403 404 404 404 404 404 404 303 | 403 404 404 404 404 404 404 303 | 403 404 404 404 404 404 404 303
        page's clear  403 404 404 404 404 404 404 303 | 403 404 404 404 404 404 404 303 | 403 404 404 404 404 404 404 303

        """;

    private static readonly string[] s_visibilities = ["private", "internal", "public"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Every_door_answers_everybody_as_is_written_down(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var askers = await AskersAsync(room);
        var groups = await GroupsAsync(room, askers);
        var heads = string.Join(' ', askers.Select(who => who.Name[..3]));
        var said = new StringBuilder($"{"", -14}{heads} | {heads} | {heads}\n");
        foreach (var (name, ask) in ProxyDoors.Pulls.Concat(ProxyDoors.Settings))
        {
            var sides = new List<string>();
            foreach (var group in groups)
            {
                var words = new List<string>();
                foreach (var who in askers)
                {
                    var asked = room.Upstream.Asked.Count;
                    var told = await ask(room, who, group);
                    words.Add($"{told.Word, -3}");
                    if (!MayKnow(who, group))
                        Assert.Equal((name, who.Name, await OfNothingAsync(ask, room, who, group)), (name, who.Name, told));
                    // Who is not let in also makes this server ask nobody.
                    if (told.Word is "401" or "405" or "no")
                        Assert.Equal((name, who.Name, asked), (name, who.Name, room.Upstream.Asked.Count));
                }

                sides.Add(string.Join(' ', words));
            }

            said.Append($"{name, -14}{string.Join(" | ", sides)}\n");
        }

        Assert.Equal(Expected, said.ToString());
    }

    /// <summary>Its owners too. A proxy that is switched off still has its settings, for whoever had them before.</summary>
    [Theory]
    [InlineData("switched off")]
    [InlineData("deleted")]
    public async Task Through_a_group_that_is_off_or_deleted_nobody_pulls_and_all_are_told_what_they_are_told_of_none(string state)
    {
        await using var room = await OpenAsync();
        var askers = await AskersAsync(room);
        var groups = await GroupsAsync(room, askers);
        var off = state == "switched off";
        foreach (var group in groups)
            if (off)
                Assert.Equal(
                    200,
                    (await askers[^1].Client.PutApiAsync($"groups/{group.Id}/dependency_proxy", new { enabled = false })).Status
                );
            else
                await room.Server.Db.ExecuteAsync("UPDATE namespaces SET deleted_at = 1 WHERE id = @Id", new { group.Id }, Ct);
        foreach (var (name, ask) in off ? ProxyDoors.Pulls : ProxyDoors.Pulls.Concat(ProxyDoors.Settings))
        foreach (var group in groups)
        foreach (var who in askers)
            Assert.Equal((name, who.Name, await OfNothingAsync(ask, room, who, group)), (name, who.Name, await ask(room, who, group)));
        Assert.Empty(room.Upstream.Asked);
    }

    [Theory, EveryDatabase]
    public async Task A_credential_of_another_group_or_of_a_project_is_none(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        var (server, owner) = (room.Server, room.Owner);
        var groups = new List<NamespaceRow> { room.Group, await server.GroupAsync(owner.Row, "sub", above: room.Group) };
        foreach (var visibility in s_visibilities)
            groups.Add(await server.GroupAsync(owner.Row, "of-" + visibility, visibility));
        var (guest, stranger) = (await server.UserAsync("guest"), await server.UserAsync("stranger"));
        await server.JoinAsync(new MemberOf.Group(room.Group.Id), guest.Row, Role.Guest);
        var (above, below, other) = (groups[0], groups[1], groups[4]);
        var ofAbove = await server.ProjectAsync(owner.Row, "p", group: above);
        var ofBelow = await server.ProjectAsync(owner.Row, "p", group: below);
        var ofOther = await server.ProjectAsync(owner.Row, "p", group: other);
        foreach (
            var (name, login, expected) in (IEnumerable<(string, (string, string), string)>)
                [
                    ("deploy token of the group", await MadeAsync($"groups/{above.Id}/deploy_tokens"), "team team/sub"),
                    ("deploy token of the one below", await MadeAsync($"groups/{below.Id}/deploy_tokens"), "team/sub"),
                    ("deploy token of another", await MadeAsync($"groups/{other.Id}/deploy_tokens"), "of-public"),
                    ("deploy token of a project", await MadeAsync($"projects/{ofAbove.Id}/deploy_tokens"), ""),
                    ("access token of the group", await MadeAsync($"groups/{above.Id}/access_tokens"), "team team/sub"),
                    ("access token of another", await MadeAsync($"groups/{other.Id}/access_tokens"), "of-public"),
                    ("access token of a project", await MadeAsync($"projects/{ofAbove.Id}/access_tokens"), ""),
                    ("job of the group", await ProxyDoors.JobAsync(room, ofAbove, stranger), "team"),
                    ("job of the one below", await ProxyDoors.JobAsync(room, ofBelow, stranger), "team team/sub"),
                    ("job of another", await ProxyDoors.JobAsync(room, ofOther, stranger), "of-public"),
                    ("a guest's job of another", await ProxyDoors.JobAsync(room, ofOther, guest), "team team/sub of-public"),
                    ("job that has ended", await ProxyDoors.JobAsync(room, ofAbove, guest, "success"), ""),
                ]
        )
        {
            var may = new List<string>();
            foreach (var group in groups)
            {
                var told = await ProxyDoors.PullAsync(room, login, "GET", ProxyDoors.Manifest(group));
                if (told.Word == "200")
                    may.Add(group.FullPath);
                else
                    Assert.Equal(
                        (name, Named(await ProxyDoors.PullAsync(room, login, "GET", ProxyDoors.Manifest(Missing(group))), group)),
                        (name, told)
                    );
                Assert.Equal(
                    (name, told.Word == "200" ? "yes" : "no"),
                    (name, (await ProxyDoors.TokenAsync(room, login, group)).Word.Replace("401", "no"))
                );
            }

            Assert.Equal((name, expected), (name, string.Join(' ', may)));
        }

        async Task<(string, string)> MadeAsync(string path)
        {
            var scopes = (string[])["read_registry", "write_registry"];
            var made = await owner.Client.PostApiAsync(
                path,
                new
                {
                    name = "n",
                    scopes,
                    access_level = 10,
                }
            );
            Assert.True(made.Status == 201, made.Text);
            return (made.Json.TryGetProperty("username", out var user) ? user.GetString()! : "x", made["token"].GetString()!);
        }
    }

    /// <summary>The room's other registry has an image to pull.</summary>
    private static async Task<ProxyRoom> OpenAsync(DatabaseKind kind = DatabaseKind.Sqlite)
    {
        var room = await ProxyRoom.OpenAsync(kind);
        ProxyDoors.Fill(room.Upstream);
        return room;
    }

    /// <summary>From nobody to the owner. A stranger is a member of nothing.</summary>
    private static async Task<List<Asker>> AskersAsync(ProxyRoom room)
    {
        var nobody = new Browser(room.Server.Address);
        var form = (await nobody.GetAsync("/users/sign_in")).Token!;
        List<Asker> askers = [new("anonymous", null, room.Server.Anonymous, nobody, form)];
        foreach (var name in (string[])["stranger", "guest", "planner", "reporter", "developer", "maintainer", "owner"])
        {
            var user = await room.Server.UserAsync(name, password: PageRoom.Password);
            var browser = new Browser(room.Server.Address);
            Assert.Equal(303, (await browser.SignInAsync(name, PageRoom.Password)).Status);
            askers.Add(new Asker(name, user, user.Client, browser, (await browser.GetAsync("/projects/new")).Token!));
        }

        return askers;
    }

    private static async Task<List<NamespaceRow>> GroupsAsync(ProxyRoom room, List<Asker> askers)
    {
        var groups = new List<NamespaceRow>();
        foreach (var visibility in s_visibilities)
        {
            var group = await room.Server.GroupAsync(room.Owner.Row, "of-" + visibility, visibility);
            foreach (var who in askers)
                if (who.User is { } user && Enum.TryParse<Role>(who.Name, ignoreCase: true, out var role))
                    await room.Server.JoinAsync(new MemberOf.Group(group.Id), user.Row, role);
            groups.Add(group);
        }

        return groups;
    }

    private static bool MayKnow(Asker who, NamespaceRow group) =>
        (group.Visibility, who.Name) is not (("private", "stranger") or ("private" or "internal", "anonymous"));

    private static NamespaceRow Missing(NamespaceRow group) => group with { FullPath = group.FullPath + "x", Id = group.Id + 1_000_000 };

    private static async Task<Told> OfNothingAsync(
        Func<ProxyRoom, Asker, NamespaceRow, Task<Told>> ask,
        ProxyRoom room,
        Asker who,
        NamespaceRow group
    ) => Named(await ask(room, who, Missing(group)), group);

    /// <summary>The name that it was asked for by stands in some answers.</summary>
    private static Told Named(Told told, NamespaceRow group) =>
        told with
        {
            Text = told.Text.Replace(Missing(group).FullPath, group.FullPath),
        };
}
