using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Sources.Git;

/// <summary>
/// Where a job's repository is, and with which login. The login never becomes part of a repository's configuration: URLs are written without it,
/// and a file beside the job's folder tells git what to put in their place (runner-protocol §13.5).
/// </summary>
/// <param name="Remote">What <c>origin</c> is: no login in it.</param>
/// <param name="WithLogin">What the first of <paramref name="Instead"/> stands for: the server with the login, ending with a slash; empty when there is none.</param>
/// <param name="Instead">
/// Beginnings of URLs that become <paramref name="WithLogin"/>. Each ends with a slash or a colon: a host that only begins like ours must not get
/// our login.
/// </param>
internal sealed record GitAddress(string Remote, string WithLogin, IReadOnlyList<string> Instead)
{
    /// <param name="cloneUrl">Takes the place of scheme, host and path prefix; <see langword="null"/> = as the payload has it.</param>
    /// <param name="ssh">The server's SSH host and port, whose URLs are fetched over HTTP instead; <see langword="null"/> = they are left alone.</param>
    /// <exception cref="JobFailedException">The payload's URL is none that sources can be fetched from.</exception>
    public static GitAddress Of(JobPayload payload, string? cloneUrl, (string Host, string? Port)? ssh)
    {
        if (!Uri.TryCreate(payload.GitInfo.RepoUrl, UriKind.Absolute, out var given) || given.Scheme is not ("http" or "https" or "file"))
            throw Wrong("the repository's URL is not http, https or file");
        if (cloneUrl is not { Length: > 0 })
            return Of(given, given.AbsolutePath, Server(given) + "/", [Server(given) + "/", .. Ssh(ssh)], given.UserInfo);
        if (!Uri.TryCreate(cloneUrl, UriKind.Absolute, out var own) || own.Scheme is not ("http" or "https" or "ssh"))
            throw Wrong($"clone_url {cloneUrl} is not an http, https or ssh URL");
        var project = payload.JobInfo.ProjectFullPath is { Length: > 0 } path ? $"/{path}.git" : given.AbsolutePath;
        var prefix = given.AbsolutePath.EndsWith(project, StringComparison.Ordinal) ? given.AbsolutePath[..^project.Length] : "";
        var home = Server(own) + own.AbsolutePath.TrimEnd('/') + "/";
        return Of(own, own.AbsolutePath.TrimEnd('/') + project, home, [home, Server(given) + prefix + "/", .. Ssh(ssh)], given.UserInfo);
    }

    private static GitAddress Of(Uri server, string path, string home, IReadOnlyList<string> instead, string login)
    {
        if (server.Scheme == "ssh")
            return new GitAddress($"ssh://{(server.UserInfo.Length > 0 ? server.UserInfo : "git")}@{server.Authority}{path}", "", []);
        var remote = Server(server) + path;
        if (login.Length == 0)
            return new GitAddress(remote, "", []);
        var scheme = server.Scheme + "://";
        return new GitAddress(remote, $"{scheme}{login}@{home[scheme.Length..]}", [.. instead.Distinct(StringComparer.Ordinal)]);
    }

    private static IEnumerable<string> Ssh((string Host, string? Port)? ssh)
    {
        if (ssh is not var (host, port) || host.Length == 0)
            return [];
        return port is { Length: > 0 } and not "22" ? [$"ssh://git@{host}:{port}/"] : [$"git@{host}:", $"ssh://git@{host}/"];
    }

    private static string Server(Uri url) => $"{url.Scheme}://{url.Authority}";

    private static JobFailedException Wrong(string message) => new(FailureReason.RunnerConfiguration, message);
}
