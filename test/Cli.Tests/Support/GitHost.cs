using System.Diagnostics;
using System.IO.Compression;
using System.Net;

namespace Slipway.Cli.Tests.Support;

/// <summary>A host that serves the repositories below a folder over git's smart HTTP, as GitLab does, and files beside them. On this machine only.</summary>
internal sealed class GitHost : IDisposable
{
    private readonly HttpListener _listener;
    private readonly string _root;
    private readonly Dictionary<string, (int Status, byte[] Body, string? Location)> _files = [];
    private readonly List<string> _requests = [];

    public GitHost(string root)
    {
        _root = root;
        (_listener, Port) = Loopback.Listen();
        _ = ServeAsync();
    }

    public int Port { get; }
    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>A path that asks for a login, as GitLab does for projects that are not there and for those that are not yours.</summary>
    public string? Private { get; set; }

    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    public void Serve(string path, string text, int status = 200, string? location = null) =>
        _files[path] = (status, System.Text.Encoding.UTF8.GetBytes(text), location);

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
        var path = context.Request.Url!.AbsolutePath;
        lock (_requests)
            _requests.Add(path);
        using var response = context.Response;
        // A connection for each request: one used again and found closed would be tried twice, and requests are counted.
        response.KeepAlive = false;
        if (_files.TryGetValue(path, out var file))
        {
            response.StatusCode = file.Status;
            if (file.Location is not null)
                response.Headers["Location"] = file.Location;
            await response.OutputStream.WriteAsync(file.Body);
            return;
        }

        var service = path.IndexOf("/info/refs", StringComparison.Ordinal) is > 0 and var refs
            ? refs
            : path.IndexOf("/git-upload-pack", StringComparison.Ordinal);
        var repository = service < 0 ? null : Path.Combine(_root, path[1..service]);
        if (
            repository is null
            || !Directory.Exists(repository)
            || (Private is not null && path.StartsWith(Private, StringComparison.Ordinal))
        )
        {
            response.StatusCode = service < 0 ? 404 : 401;
            response.Headers["WWW-Authenticate"] = "Basic realm=\"GitLab\"";
            return;
        }

        await UploadPackAsync(context, repository, advertise: path.EndsWith("/info/refs", StringComparison.Ordinal));
    }

    private static async Task UploadPackAsync(HttpListenerContext context, string repository, bool advertise)
    {
        var start = new ProcessStartInfo("git")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (
            var argument in (string[])["upload-pack", "--stateless-rpc", .. advertise ? (string[])["--advertise-refs"] : [], repository]
        )
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
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
        if (advertise && !start.Environment.ContainsKey("GIT_PROTOCOL"))
            await context.Response.OutputStream.WriteAsync("001e# service=git-upload-pack\n0000"u8.ToArray());
        await git.StandardOutput.BaseStream.CopyToAsync(context.Response.OutputStream);
        await git.WaitForExitAsync();
    }
}
