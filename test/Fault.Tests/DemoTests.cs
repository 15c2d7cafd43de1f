using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary><c>serve --demo</c> as a newcomer starts it: with the real program, in an empty home, without any configuration of git.</summary>
public sealed class DemoTests
{
    private const string Project = "/api/v4/projects/root%2Fhello";

    private static CancellationToken Ct => Rig.Ct;

    [Fact]
    public async Task The_demonstration_does_what_it_says_and_is_there_the_next_time()
    {
        using var folder = new TemporaryFolder();
        var home = Directory.CreateDirectory(folder["home"]).FullName;
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["XDG_CONFIG_HOME"] = Path.Combine(home, ".config"),
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["SLIPWAY_DATA"] = folder["data"],
        };
        using var server = new ServerProcess(environment, "--demo");
        await server.StartAsync();
        var push = await SaidAsync(server, "  push +(.+)");
        var token = await SaidAsync(server, "  token +(\\S+) \\(for a day\\)");
        Assert.StartsWith("root, password ", await SaidAsync(server, "  user +(.+)"));
        Assert.StartsWith($"{server.Address}root/hello/", await SaidAsync(server, "  pipeline #1 success +(.+)"));

        using var http = new HttpClient { BaseAddress = server.Address, Timeout = Rig.Patience };
        http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
        await LeftAsync(http, pipeline: 1);
        await ShellAsync(push, environment);
        await Rig.UntilAsync(async () => (await StatusesAsync(http)) is ["success", "success"]);
        Assert.Equal(["success", "success"], await StatusesAsync(http));
        var listed = JsonDocument.Parse(await ShellAsync(await SaidAsync(server, "  pipelines (.+)"), environment));
        Assert.Equal(2, listed.RootElement.GetArrayLength());
        Assert.Equal(0, await server.EndAsync("INT"));
        Assert.Contains("ending: ", server.Said);

        await server.StartAsync();
        Assert.Equal($"{server.Address}root/hello", await SaidAsync(server, "  the demonstration is here from an earlier start: (.+)"));
        Assert.Equal(["success", "success"], await StatusesAsync(http));
        await LeftAsync(http, pipeline: 2);
        Assert.DoesNotContain("password", server.Said);
        Assert.Equal(0, await server.EndAsync("TERM"));
        Assert.DoesNotContain("fail: ", server.Said);
    }

    /// <summary>What its jobs have said and left, over the API.</summary>
    private static async Task LeftAsync(HttpClient http, int pipeline)
    {
        var jobs = (await JsonAsync(http, $"{Project}/pipelines/{pipeline}/jobs?per_page=100"))
            .EnumerateArray()
            .ToDictionary(job => job.GetProperty("name").GetString()!);
        Assert.Equal(
            ["compile", "deploy", "dictionary", "lint", "package", "unit: [de]", "unit: [en]", "unit: [fr]"],
            jobs.Keys.Order(StringComparer.Ordinal)
        );
        Assert.All(jobs.Values, job => Assert.Equal(NameOf(job) == "deploy" ? "manual" : "success", job.GetProperty("status").GetString()));
        var log = await http.GetStringAsync($"{Project}/jobs/{IdOf(jobs["package"])}/trace", Ct);
        Assert.Contains($"hello-1.0.{pipeline}.tar.gz", log);
        Assert.Contains("Job succeeded", log);
        await using var zip = new ZipArchive(await http.GetStreamAsync($"{Project}/jobs/{IdOf(jobs["compile"])}/artifacts", Ct));
        using var hello = new StreamReader(await zip.GetEntry("out/hello")!.OpenAsync(Ct), Encoding.UTF8);
        Assert.Contains($"1.0.{pipeline}", await hello.ReadToEndAsync(Ct));
    }

    private static string NameOf(JsonElement job) => job.GetProperty("name").GetString()!;

    private static long IdOf(JsonElement job) => job.GetProperty("id").GetInt64();

    private static async Task<string[]> StatusesAsync(HttpClient http) =>
        [.. (await JsonAsync(http, $"{Project}/pipelines")).EnumerateArray().Select(one => one.GetProperty("status").GetString()!)];

    private static async Task<JsonElement> JsonAsync(HttpClient http, string path) =>
        JsonDocument.Parse(await http.GetStringAsync(path, Ct)).RootElement;

    /// <summary>Waits until it has said a line.</summary>
    /// <returns>What the group of the pattern stands for.</returns>
    private static async Task<string> SaidAsync(ServerProcess server, string line)
    {
        var pattern = new Regex($"^{line}$", RegexOptions.Multiline);
        // A demonstration may take long where much else runs.
        await Rig.UntilAsync(() => Task.FromResult(pattern.IsMatch(server.Said)), 2 * Rig.Patience);
        var found = pattern.Match(server.Said);
        Assert.True(found.Success, $"no {line}: {server.Said}");
        return found.Groups[1].Value;
    }

    /// <summary>What somebody pastes into a shell.</summary>
    private static async Task<string> ShellAsync(string line, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", line])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync(Ct);
        var said = await shell.StandardOutput.ReadToEndAsync(Ct);
        await shell.WaitForExitAsync(Ct);
        Assert.True(shell.ExitCode == 0, $"{line}: {said}{await error}");
        return said;
    }
}
