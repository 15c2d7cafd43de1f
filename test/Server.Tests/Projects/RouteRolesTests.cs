using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Server.Data;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>
/// Security row S34: what everybody is answered by every route of a private and of a public project, over HTTP. The answers stand in <c>route-roles.txt</c>;
/// <c>SLIPWAY_ACCEPT=1</c> writes it anew, and each line that has changed then wants to be held against https://docs.gitlab.com/user/permissions/.
/// </summary>
public sealed class RouteRolesTests
{
    private const string Head = """
        # Security row S34: the status that everybody is answered by every route of a project. SLIPWAY_ACCEPT=1 writes this anew.
        # 2xx and 303: done; 302: go and sign in; 400, 409, 422: let in, and asked for what cannot be; 403: may not; 404: not there, or not for whom asks.
        # Of a private project nobody learns from outside: the test holds those answers against those of a project that is not there.

        """;

    [Fact]
    public async Task Every_route_of_a_project_answers_everybody_as_is_written_down()
    {
        await using var room = await RouteRoom.OpenAsync();
        var text = new StringBuilder(Head).Append("# ");
        for (var i = 0; i < 2; i++)
            text.AppendJoin(' ', room.Askers.Select(who => who.Name[..3])).Append(i == 0 ? " | " : "  private | public\n");
        var routes = room.Routes();
        var sides = await Task.WhenAll(
            ((string[])["private", "public"]).Select(visibility => Task.Run(() => AnswersAsync(room, routes, visibility)))
        );
        foreach (var (route, one, other) in routes.Zip(sides[0], sides[1]))
            text.Append($"  {one} | {other}  {route}\n");
        var file = Path.Combine(Here(), "route-roles.txt");
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
            await File.WriteAllTextAsync(file, text.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(File.Exists(file) ? await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken) : "", text.ToString());
    }

    /// <returns>For each route a line.</returns>
    private static async Task<List<string>> AnswersAsync(RouteRoom room, IReadOnlyList<ProjectRoute> routes, string visibility)
    {
        var lines = new List<string>();
        ProjectRow? project = null;
        foreach (var route in routes)
        {
            var (words, address) = (new List<string>(), "");
            foreach (var who in room.Askers)
            {
                if (project is null)
                    (project, address) = (await room.ProjectAsync(visibility), "");
                if (address.Length == 0)
                    address = await room.AddressAsync(route, project);
                var said = await room.AskAsync(who, route, address);
                words.Add($"{said.Status}");
                if (visibility == "private" && (who.Name is "anonymous" or "stranger"))
                    await LearnsNothingAsync(room, who, route, address, project, said);
                // Who was let in has changed what the next one would ask for.
                if (route.Changes && said.Status is < 400 and not 302)
                    project = null;
            }

            lines.Add(string.Join(' ', words));
        }

        return lines;
    }

    /// <summary>Whoever may not know of the project is answered word for word as if there were none, and is let in nowhere.</summary>
    private static async Task LearnsNothingAsync(
        RouteRoom room,
        Asker who,
        ProjectRoute route,
        string address,
        ProjectRow project,
        (int Status, string Text, string? To) said
    )
    {
        var missing = address
            .Replace($"/projects/{project.Id}", $"/projects/{project.Id + 1_000_000}")
            .Replace($"/{project.FullPath}", $"/{project.FullPath}x");
        Assert.NotEqual(address, missing);
        var nothing = await room.AskAsync(who, route, missing);
        // Its own address stands in the link to the page for signing in.
        var text = nothing
            .Text.Replace($"{project.FullPath}x", project.FullPath)
            .Replace(Uri.EscapeDataString($"{project.FullPath}x"), Uri.EscapeDataString(project.FullPath));
        Assert.Equal((route, nothing.Status, text), (route, said.Status, said.Text));
        var expected =
            who.Name == "stranger"
                ? 404
                : (route.IsPage, route.Changes) switch
                {
                    // A picture is no place to sign in.
                    (true, false) => route.Pattern.Contains("/badges/") ? 404 : 302,
                    (true, true) => 403,
                    (false, false) => 404,
                    (false, true) => 401,
                };
        Assert.Equal((route, expected), (route, said.Status));
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
