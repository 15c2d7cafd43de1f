using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;

namespace Slipway.Runner.Tests.Git;

/// <summary>Serves repositories over git's smart HTTP to whoever has the login, as a GitLab does for a job. On this machine only.</summary>
internal sealed class GitHost : IDisposable
{
    public const string Login = "gitlab-ci-token:glcbt-64_jobtoken";

    private readonly HttpListener _listener;
    private readonly string _root;

    public GitHost(string root)
    {
        _root = root;
        (_listener, Port) = Loopback.Listen();
        _ = ServeAsync();
    }

    public int Port { get; }
    public string Url => $"http://127.0.0.1:{Port}";
    public string UrlWithLogin => $"http://{Login}@127.0.0.1:{Port}";

    /// <summary>What came with a login: path, user agent and correlation id.</summary>
    public ConcurrentQueue<(string Path, string? Agent, string? Correlation)> Fetches { get; } = [];

    /// <summary>So many requests are answered by 500 first.</summary>
    public int Failures;

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        using var _ = response;
        var path = request.Url!.AbsolutePath;
        if (request.Headers["Authorization"] != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Login)))
        {
            response.StatusCode = 401;
            response.Headers["WWW-Authenticate"] = "Basic realm=\"GitLab\"";
            return;
        }

        Fetches.Enqueue((path, request.UserAgent, request.Headers["X-Gitaly-Correlation-ID"]));
        var end = path.IndexOf(".git/", StringComparison.Ordinal);
        var repository = end < 0 ? "" : Path.Combine(_root, path[1..(end + 4)]);
        if (Interlocked.Decrement(ref Failures) >= 0 || !Directory.Exists(repository))
        {
            response.StatusCode = Directory.Exists(repository) ? 500 : 404;
            return;
        }

        await UploadPackAsync(context, repository, path.EndsWith("/info/refs", StringComparison.Ordinal));
    }

    private static async Task UploadPackAsync(HttpListenerContext context, string repository, bool advertise)
    {
        string[] arguments = ["upload-pack", "--stateless-rpc", .. advertise ? (string[])["--advertise-refs"] : [], repository];
        var start = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (context.Request.Headers["Git-Protocol"] is { } protocol)
            start.Environment["GIT_PROTOCOL"] = protocol;
        context.Response.ContentType = $"application/x-git-upload-pack-{(advertise ? "advertisement" : "result")}";
        using var git = Process.Start(start)!;
        if (!advertise)
        {
            await using var body =
                context.Request.Headers["Content-Encoding"] == "gzip"
                    ? new GZipStream(context.Request.InputStream, CompressionMode.Decompress)
                    : context.Request.InputStream;
            await body.CopyToAsync(git.StandardInput.BaseStream);
        }

        git.StandardInput.Close();
        if (advertise)
            await context.Response.OutputStream.WriteAsync("001e# service=git-upload-pack\n0000"u8.ToArray());
        await git.StandardOutput.BaseStream.CopyToAsync(context.Response.OutputStream);
        await git.WaitForExitAsync();
    }
}
