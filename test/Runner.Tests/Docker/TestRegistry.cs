using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Runner.Tests.Docker;

/// <summary>A small container registry on loopback, for an engine on this machine: hands out images made on the spot, to whom it should.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, (string Type, byte[] Bytes)> _blobs = [];
    private readonly string? _login;
    private readonly Task _serving;

    /// <param name="login"><c>user:password</c> that is asked for; <see langword="null"/>: everybody is welcome.</param>
    public TestRegistry(string? login = null)
    {
        _login = login;
        for (var attempt = 0; ; attempt++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = $"127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add($"http://{Address}/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 50)
            {
                // Somebody else took the port in between.
                _listener.Prefixes.Clear();
            }
        }

        _serving = ServeAsync();
    }

    /// <summary>Host and port: what image names begin with.</summary>
    public string Address { get; private set; }

    /// <summary>How often a manifest was asked for by name.</summary>
    public int Pulls { get; private set; }

    /// <summary>Puts an image of one file under a name.</summary>
    /// <returns>The name to pull.</returns>
    public string Add(string repository, string tag, string file, string content, string config = "{}")
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            writer.WriteEntry(
                new GnuTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) }
            );
        var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar.ToArray());
        var layer = Blob("application/vnd.docker.image.rootfs.diff.tar.gzip", zipped.ToArray());
        var image = Blob(
            "application/vnd.docker.container.image.v1+json",
            Encoding.UTF8.GetBytes(
                $$$"""{"architecture":"amd64","os":"linux","config":{{{config}}},"rootfs":{"type":"layers","diff_ids":["{{{Digest(tar.ToArray())}}}"]}}"""
            )
        );
        var manifest = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{{image}},"layers":[{{layer}}]}"""
        );
        _blobs[$"/v2/{repository}/manifests/{tag}"] = _blobs[$"/v2/{repository}/manifests/{Digest(manifest)}"] = (
            "application/vnd.docker.distribution.manifest.v2+json",
            manifest
        );
        return $"{Address}/{repository}:{tag}";
    }

    public async ValueTask DisposeAsync()
    {
        // Not stopped first: closing what is stopped binds the port once more, which somebody else may have by then.
        _listener.Close();
        await _serving;
    }

    private string Blob(string type, byte[] bytes)
    {
        _blobs[Digest(bytes)] = ("application/octet-stream", bytes);
        return $$"""{"mediaType":"{{type}}","size":{{bytes.Length}},"digest":"{{Digest(bytes)}}"}""";
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Answer(context.Request, context.Response);
            context.Response.Close();
        }
    }

    private void Answer(HttpListenerRequest request, HttpListenerResponse response)
    {
        response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        var path = request.Url!.AbsolutePath;
        if (_login is not null && request.Headers["Authorization"] != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(_login)))
        {
            response.StatusCode = 401;
            response.Headers["WWW-Authenticate"] = "Basic realm=\"test\"";
            Write(
                request,
                response,
                "application/json",
                """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"""u8.ToArray()
            );
            return;
        }

        if (path is "/v2/" or "/v2")
            return;
        if (path.Contains("/manifests/") && request.HttpMethod == "HEAD")
            Pulls++;
        if (_blobs.TryGetValue(path, out var found) || _blobs.TryGetValue(path[(path.LastIndexOf('/') + 1)..], out found))
        {
            response.Headers["Docker-Content-Digest"] = Digest(found.Bytes);
            Write(request, response, found.Type, found.Bytes);
            return;
        }

        response.StatusCode = 404;
        Write(
            request,
            response,
            "application/json",
            """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"""u8.ToArray()
        );
    }

    private static void Write(HttpListenerRequest request, HttpListenerResponse response, string type, byte[] bytes)
    {
        response.ContentType = type;
        response.ContentLength64 = bytes.Length;
        if (request.HttpMethod != "HEAD")
            response.OutputStream.Write(bytes);
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
