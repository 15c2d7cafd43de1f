using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.ServerBench;

/// <summary>A registry that is measured: ours with a token, as clients have one; the others ask nobody who it is, which is in their favour.</summary>
internal sealed class RegistryTarget(string name, string repository, int process, HttpClient http, Func<ValueTask> end) : IAsyncDisposable
{
    public const string Octets = "application/octet-stream";

    public string Name => name;
    public int Process => process;
    private string? Password { get; init; }

    /// <summary>An address in the repository.</summary>
    public string Address(string what) => $"/v2/{repository}/{what}";

    public static async Task<RegistryTarget> SlipwayAsync(Bench bench)
    {
        var server = await ServerProcess.StartAsync(bench);
        await server.PostAsync("projects", new { name = "images" });
        var http = server.Client();
        return new RegistryTarget("slipway", "root/images", server.ProcessId, http, server.DisposeAsync) { Password = server.Token };
    }

    /// <returns>Nothing when it is not installed.</returns>
    public static Task<RegistryTarget?> DebianAsync()
    {
        var folder = Directory.CreateTempSubdirectory("registry-bench-").FullName;
        var config = Path.Combine(folder, "config.yml");
        File.WriteAllText(
            config,
            $$"""
            version: 0.1
            log: { level: info, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{folder}}/data }, delete: { enabled: true } }
            http: { addr: "127.0.0.1:0" }
            """
        );
        return StartAsync("docker-registry", "docker-registry", ["serve", config], folder);
    }

    public static Task<RegistryTarget?> CeilingAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ceiling-bench-").FullName;
        return StartAsync("ceiling", Environment.ProcessPath!, [Ceiling.Word, folder], folder);
    }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body };
        request.Headers.TryAddWithoutValidation("Accept", RegistryRows.Manifest);
        if (body is StreamContent)
            request.Headers.TransferEncodingChunked = true;
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await answer.Content.CopyToAsync(Stream.Null);
        return answer.IsSuccessStatusCode
            ? answer
            : throw new InvalidOperationException($"{name}: {method} {address}: {(int)answer.StatusCode}");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await end();
    }

    /// <summary>Processor time it has had, in seconds.</summary>
    public double Worked()
    {
        using var running = System.Diagnostics.Process.GetProcessById(process);
        return running.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Gets a token, which is good for five minutes.</summary>
    public async Task EnterAsync()
    {
        if (Password is null)
            return;
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"root:{Password}"));
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/jwt/auth?service=container_registry&scope=repository:{repository}:pull,push"
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", basic);
        using var answer = await http.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            json.RootElement.GetProperty("token").GetString()
        );
    }

    private static async Task<RegistryTarget?> StartAsync(string name, string program, string[] words, string folder)
    {
        Process process;
        try
        {
            process = ServerProcess.Start(program, words);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Directory.Delete(folder, recursive: true);
            return null;
        }

        var match = Match.Empty;
        while (!match.Success)
        {
            var line = await process.StandardError.ReadLineAsync() ?? throw new InvalidOperationException($"{name} ended");
            match = Regex.Match(line, "listen(?:s|ing) on (?:http://)?([0-9.:]+)");
        }

        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        var http = new HttpClient { BaseAddress = new Uri($"http://{match.Groups[1].Value}"), Timeout = TimeSpan.FromMinutes(3) };
        return new RegistryTarget(name, "x", process.Id, http, EndAsync);

        async ValueTask EndAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
