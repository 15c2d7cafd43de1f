using System.Collections;

namespace Slipway.Runner.Executors.Shell;

/// <summary>
/// What a job on this machine sees of the environment of whoever started the runner: what programs need to work at all, and how to reach the
/// network. Everything else, the user's own tokens above all, stays outside. <c>docs/guide/run.md</c> lists the same names.
/// </summary>
internal static class HostEnvironment
{
    internal static readonly string[] Passed =
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TERM",
        "TMPDIR",
        "XDG_RUNTIME_DIR",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "DOCKER_HOST",
        "DOCKER_CONFIG",
        "DOCKER_CERT_PATH",
        "DOCKER_TLS_VERIFY",
    ];

    /// <returns><c>KEY=VALUE</c>.</returns>
    public static List<string> Of(IDictionary host)
    {
        var kept = new List<string>(24);
        foreach (var name in Passed)
            if (host[name] is string value)
                kept.Add($"{name}={value}");
        foreach (DictionaryEntry entry in host)
            if (entry.Key is string name && name.StartsWith("LC_", StringComparison.Ordinal))
                kept.Add($"{name}={entry.Value}");
        if (host["PATH"] is null)
            kept.Add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        return kept;
    }
}
