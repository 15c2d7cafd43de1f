using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>Collects what a job may log in to registries with: its own <c>DOCKER_AUTH_CONFIG</c>, then this user's docker logins, then what the coordinator sent.</summary>
internal static class RegistryLogins
{
    private const long MaxFile = 1024 * 1024;

    /// <param name="authConfig">Content of <c>DOCKER_AUTH_CONFIG</c>, if the job has it.</param>
    /// <param name="environment">Of this process: where the user's files and the credential helpers are.</param>
    /// <param name="warn">Told of files that cannot be read and of helpers that do not answer.</param>
    public static async Task<LoginBook> CollectAsync(
        string? authConfig,
        IEnumerable<JobCredential> credentials,
        Func<string, string?> environment,
        Action<string> warn,
        CancellationToken ct
    )
    {
        var book = new LoginBook();
        var helpers = new CredentialProgram(environment("PATH") ?? "", warn);
        if (authConfig is { Length: > 0 } && await AuthFile.AddAsync(book, authConfig, "$DOCKER_AUTH_CONFIG", helpers, ct) is { } problem)
            warn(problem);
        if (UserFile(environment) is { } file && await ReadAsync(file, warn, ct) is { } text)
            if (await AuthFile.AddAsync(book, text, file, helpers, ct) is { } wrong)
                warn(wrong);
        foreach (var credential in credentials)
            if (credential.Type == "registry")
                book.Add(new RegistryLogin("job payload (GitLab Registry)", credential.Url, credential.Username, credential.Password));
        return book;
    }

    private static string? UserFile(Func<string, string?> environment)
    {
        var folder = EngineLocator.ConfigFolder(environment);
        string[] files = [Path.Combine(folder, "config.json"), Path.Combine(Path.GetDirectoryName(folder) ?? folder, ".dockercfg")];
        return files.FirstOrDefault(File.Exists);
    }

    private static async Task<string?> ReadAsync(string file, Action<string> warn, CancellationToken ct)
    {
        try
        {
            return new FileInfo(file).Length <= MaxFile ? await File.ReadAllTextAsync(file, ct) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn($"{file} cannot be read: {e.Message}");
            return null;
        }
    }
}
