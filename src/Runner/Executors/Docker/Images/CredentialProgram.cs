using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>
/// Asks the programs <c>docker-credential-NAME</c> of this machine for logins (protocol: docker/docker-credential-helpers). They run here,
/// not in the job's container, and their names may come from a job: so a name is letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, and
/// the program is looked for in PATH only.
/// </summary>
/// <param name="path">The value of PATH to look in.</param>
/// <param name="note">Told why a helper gave nothing.</param>
internal sealed class CredentialProgram(string path, Action<string> note)
{
    private const int MaxAnswer = 1024 * 1024;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>The login it keeps for a server, if any.</summary>
    public async Task<RegistryLogin?> GetAsync(string name, string server, string source, CancellationToken ct)
    {
        if (await AskAsync(name, "get", server, ct) is not { } answer)
            return null;
        var (username, secret) = (Text(answer, "Username"), Text(answer, "Secret"));
        return username == "<token>"
            ? new RegistryLogin($"{source} ({name})", server, "", "", IdentityToken: secret)
            : new RegistryLogin($"{source} ({name})", server, username, secret);
    }

    /// <summary>The servers it keeps logins for.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string name, CancellationToken ct) =>
        await AskAsync(name, "list", "", ct) is { } answer ? [.. answer.EnumerateObject().Select(entry => entry.Name)] : [];

    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && !name.Contains("..");

    private async Task<JsonElement?> AskAsync(string name, string action, string input, CancellationToken ct)
    {
        if (!IsName(name))
        {
            note($"\"{name}\" cannot be the name of a credential helper");
            return null;
        }

        if (Find("docker-credential-" + name) is not { } program)
        {
            note($"docker-credential-{name} is not in PATH");
            return null;
        }

        try
        {
            var answer = await RunAsync(program, action, input, ct);
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is Win32Exception or IOException or JsonException or TimeoutException)
        {
            note($"docker-credential-{name} {action}: {e.Message}");
            return null;
        }
    }

    private string? Find(string program) =>
        path.Split(Path.PathSeparator).Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task<string> RunAsync(string program, string action, string input, CancellationToken ct)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, [action])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process.Start();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            var answer = ReadAsync(process.StandardOutput, limit.Token);
            var complaint = ReadAsync(process.StandardError, limit.Token);
            await WriteAsync(process.StandardInput, input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? await answer
                : throw new IOException($"exit code {process.ExitCode}: {(await answer + await complaint).Trim()}");
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException("no answer within 30 s", e);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task WriteAsync(StreamWriter to, string input, CancellationToken ct)
    {
        try
        {
            await using (to)
                await to.WriteAsync(input.AsMemory(), ct);
        }
        catch (IOException)
        {
            // It does not care what it is asked; its answer counts.
        }
    }

    private static async Task<string> ReadAsync(StreamReader from, CancellationToken ct)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer, ct) is > 0 and var read)
            if (text.Append(buffer, 0, read).Length > MaxAnswer)
                throw new IOException("the answer is longer than 1 MiB");
        return text.ToString();
    }

    private static string Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
