using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Commands.Accounts;
using Slipway.Cli.Images;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry list</c>: the repositories of a project or a group, as API v4 knows them; without one, all, for administrators.</summary>
internal static class ListImagesCommand
{
    private const int LargestPage = 16 << 20;
    private const int MostPages = 1000;

    private sealed record Listed(string Path, long? Tags, string? CreatedAt);

    public static Command Make(Surroundings surroundings)
    {
        var place = new Argument<string?>("PROJECT")
        {
            Description = "a project or a group; without it all repositories, for administrators",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "list",
            "Show the repositories of images of a project or a group",
            ("registry list group/app --server https://ci.example.com", "a project's"),
            ("registry list group --json", "those of all projects of a group, for a script"),
            ("registry list", "all that the server has, with an administrator's token")
        )
        {
            place,
            json,
        };
        Reach.AddTo(verb);
        verb.SetAction(parsed =>
            Reach.Run(
                parsed,
                surroundings,
                async reach =>
                {
                    var server = reach.Server ?? throw new CommandException(ExitCode.Usage, "no server is named", "--server URL");
                    var found = parsed.GetValue(place) is { } path ? await OfAsync(reach, server, path) : await AllAsync(reach, server);
                    Print(found, parsed.GetValue(json), surroundings);
                }
            )
        );
        return verb;
    }

    private static async Task<List<Listed>> AllAsync(Reach reach, Uri server)
    {
        var door = reach.Door(server, ["registry:catalog:*"]);
        return
        [
            .. (await RemoteRepository.ListAsync(door, "_catalog", "repositories", default)).Select(name => new Listed(name, null, null)),
        ];
    }

    private static async Task<List<Listed>> OfAsync(Reach reach, Uri server, string path)
    {
        var name = Uri.EscapeDataString(path.Trim('/'));
        return await PagesAsync(reach, server, $"projects/{name}/registry/repositories")
            ?? await PagesAsync(reach, server, $"groups/{name}/registry/repositories")
            ?? throw new CommandException(ExitCode.NotFound, $"there is no project or group {path}, or it is not for you to see");
    }

    /// <returns>Nothing when there is no such thing.</returns>
    private static async Task<List<Listed>?> PagesAsync(Reach reach, Uri server, string path)
    {
        var door = reach.Door(server, []);
        var found = new List<Listed>();
        for (var page = 1; page <= MostPages; page++)
        {
            var address = $"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v4/{path}?tags_count=true&per_page=100&page={page}";
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (reach.LoginOf(server) is { Password.Length: > 0 } login)
                request.Headers.Add("PRIVATE-TOKEN", login.Password);
            using var answer = await SendAsync(reach, request, server);
            if ((int)answer.StatusCode == 404)
                return null;
            if (!answer.IsSuccessStatusCode)
                throw await door.WhyAsync(answer, default);
            var rows = Read(await RegistryDoor.ReadAsync(answer.Content, LargestPage, default), server);
            found.AddRange(rows);
            if (rows.Count == 0 || !answer.Headers.TryGetValues("X-Next-Page", out var next) || string.IsNullOrEmpty(next.FirstOrDefault()))
                return found;
        }

        return found;
    }

    private static async Task<HttpResponseMessage> SendAsync(Reach reach, HttpRequestMessage request, Uri server)
    {
        try
        {
            return await reach.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (HttpRequestException e)
        {
            throw new RegistryException(ExitCode.Unreachable, $"{server.Authority} does not answer: {e.Message}");
        }
    }

    private static List<Listed> Read(byte[]? body, Uri server)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? []);
            return
            [
                .. json
                    .RootElement.EnumerateArray()
                    .Select(one => new Listed(
                        one.GetProperty("path").GetString()!,
                        one.TryGetProperty("tags_count", out var count) ? count.GetInt64() : null,
                        one.TryGetProperty("created_at", out var created) ? created.GetString() : null
                    )),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new RegistryException(ExitCode.Failed, $"{server.Authority} does not speak GitLab's API");
        }
    }

    private static void Print(List<Listed> found, bool json, Surroundings surroundings)
    {
        if (json)
        {
            JsonText.WriteList(
                surroundings.Out,
                writer =>
                {
                    foreach (var one in found)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("path", one.Path);
                        if (one.Tags is { } tags)
                            writer.WriteNumber("tags_count", tags);
                        if (one.CreatedAt is not null)
                            writer.WriteString("created_at", one.CreatedAt);
                        writer.WriteEndObject();
                    }
                }
            );
            return;
        }

        if (found.Count == 0)
            surroundings.Say("there are no images");
        else if (found[0].Tags is null)
            surroundings.Print(string.Concat(found.Select(one => PlainText.Of(one.Path) + "\n")));
        else
            surroundings.Print(
                OnData.Table(
                    surroundings.OutPalette(),
                    ["REPOSITORY", "TAGS", "CREATED"],
                    found.Select(one => (string[])[one.Path, $"{one.Tags}", one.CreatedAt?.Split('T')[0] ?? ""])
                )
            );
    }
}
