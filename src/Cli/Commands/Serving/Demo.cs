using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Slipway.Server;

namespace Slipway.Cli.Commands.Serving;

/// <summary>
/// <c>serve --demo</c>: an administrator, a sample project, a real <c>git push</c>, and what became of it. A second start finds them there and only says where to look.
/// </summary>
internal static class Demo
{
    private const string User = "root";
    private const string Project = "hello";
    private const string Resources = "demo/";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(SlipwayServer server, ServeOptions options, Surroundings surroundings, CancellationToken ct)
    {
        var page = $"{server.Url}/{User}/{Project}";
        if (await server.FirstAdministratorAsync(User, ct) is not { } first)
        {
            surroundings.Say($"  the demonstration is here from an earlier start: {page}");
            return;
        }

        surroundings.Say($"  user     {first.Username}, password {first.Password}");
        surroundings.Say($"  token    {first.Token} (for a day)");
        var folder = Path.Combine(options.DataFolder, "demo");
        Unpack(folder);
        await PushAsync(server, first, folder, surroundings, ct);
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", first.Token);
        await FollowAsync(http, surroundings, ct);
        surroundings.Say("");
        surroundings.Say($"  pipelines curl -H 'PRIVATE-TOKEN: {first.Token}' {server.Url}/api/v4/projects/{User}%2F{Project}/pipelines");
        surroundings.Say($"  push      cd {folder} && git commit --allow-empty -m again && git push");
    }

    /// <summary>The sample that the program carries, as a folder with one commit.</summary>
    private static void Unpack(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources)))
        {
            var path = Path.Combine(folder, name[Resources.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = File.Create(path);
            using var resource = assembly.GetManifestResourceStream(name)!;
            resource.CopyTo(file);
        }
    }

    private static async Task PushAsync(
        SlipwayServer server,
        FirstUser first,
        string folder,
        Surroundings surroundings,
        CancellationToken ct
    )
    {
        var remote = new UriBuilder(server.Address)
        {
            UserName = first.Username,
            Password = first.Token,
            Path = $"/{User}/{Project}.git",
        };
        string[][] commands =
        [
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all"],
            // Kept, for the commits of those who have yet to tell git who they are.
            ["config", "user.name", "Demo"],
            ["config", "user.email", "demo@localhost"],
            ["commit", "--quiet", "--message", "A small project with most of what a pipeline has"],
            ["remote", "add", "origin", remote.Uri.AbsoluteUri],
            ["push", "--quiet", "--set-upstream", "origin", "main"],
        ];
        foreach (var command in commands)
            await GitAsync(command, folder, ct);
        surroundings.Say($"  pushed   {server.Url}/{User}/{Project}.git");
    }

    private static async Task GitAsync(string[] command, string folder, CancellationToken ct)
    {
        var start = new ProcessStartInfo("git", command)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        using var git = Process.Start(start) ?? throw new CommandException(ExitCode.NotFound, "there is no program git", "install Git");
        var complaint = await git.StandardError.ReadToEndAsync(ct);
        await git.WaitForExitAsync(ct);
        if (git.ExitCode != 0)
            throw new CommandException(ExitCode.Failed, $"git {command[^1]} failed: {complaint.Trim()}");
    }

    /// <summary>Says what becomes of the pipeline, until it is over.</summary>
    private static async Task FollowAsync(HttpClient http, Surroundings surroundings, CancellationToken ct)
    {
        var begun = surroundings.Time.GetTimestamp();
        var (id, told) = ((long?)null, "");
        while (surroundings.Time.GetElapsedTime(begun) < Patience)
        {
            if (await PipelineAsync(http, ct) is var (pipeline, status, url) && (id, told) != (pipeline, status))
            {
                (id, told) = (pipeline, status);
                surroundings.Say($"  pipeline #{pipeline} {status}  {url}");
                if (status is "success" or "failed" or "canceled" or "manual")
                    return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), surroundings.Time, ct);
        }
    }

    private static async Task<(long Id, string Status, string Url)?> PipelineAsync(HttpClient http, CancellationToken ct)
    {
        using var answer = await http.GetAsync($"/api/v4/projects/{User}%2F{Project}/pipelines", ct);
        if (!answer.IsSuccessStatusCode)
            return null;
        using var json = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(ct), cancellationToken: ct);
        foreach (var one in json.RootElement.EnumerateArray())
            return (one.GetProperty("id").GetInt64(), one.GetProperty("status").GetString()!, one.GetProperty("web_url").GetString()!);
        return null;
    }
}
