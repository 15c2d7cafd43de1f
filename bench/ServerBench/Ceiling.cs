using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.ServerBench;

/// <summary>
/// As much of a registry as a measurement asks for and not a thing more: no rights, no rows, no durable metadata. What is faster than this is not to be had on the machine
/// with this web server and this disk.
/// </summary>
internal static class Ceiling
{
    public const string Word = "--ceiling";

    public static async Task ServeAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        await using var app = builder.Build();
        var (manifests, uploads) = (new ConcurrentDictionary<string, byte[]>(), new ConcurrentDictionary<string, string>());
        app.Map("/v2/{name}/blobs/uploads/{key?}", (HttpContext http, string? key) => UploadAsync(http, folder, key, uploads));
        app.MapGet("/v2/{name}/blobs/{digest}", (HttpContext http, string digest) => SendAsync(http, Path.Combine(folder, digest[7..])));
        app.MapMethods(
            "/v2/{name}/manifests/{tag}",
            ["GET", "HEAD", "PUT"],
            (HttpContext http, string tag) => ManifestAsync(http, tag, manifests)
        );
        await app.StartAsync();
        await Console.Error.WriteLineAsync($"Ceiling listens on {app.Urls.First()}");
        await app.WaitForShutdownAsync();
    }

    private static async Task UploadAsync(HttpContext http, string folder, string? key, ConcurrentDictionary<string, string> uploads)
    {
        key ??= Guid.NewGuid().ToString("N");
        var aside = Path.Combine(folder, key);
        if (http.Request.Method is "PATCH" || http.Request.ContentLength > 0)
            uploads[key] = await TakeAsync(http, aside);
        http.Response.Headers.Location = $"{http.Request.PathBase}/v2/x/blobs/uploads/{key}";
        http.Response.StatusCode = http.Request.Method is "PUT" ? 201 : 202;
        if (http.Request.Method is not "PUT")
            return;
        if (!uploads.TryRemove(key, out var digest) || $"sha256:{digest}" != http.Request.Query["digest"])
            http.Response.StatusCode = 400;
        else
            File.Move(aside, Path.Combine(folder, digest), overwrite: true);
    }

    /// <returns>The SHA-256 of what came.</returns>
    private static async Task<string> TakeAsync(HttpContext http, string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, useAsync: true);
        var buffer = new byte[128 * 1024];
        while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
        }

        await Task.Run(() => file.Flush(flushToDisk: true));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task SendAsync(HttpContext http, string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, useAsync: true);
        http.Response.ContentLength = file.Length;
        await file.CopyToAsync(http.Response.Body, 128 * 1024, http.RequestAborted);
    }

    private static async Task ManifestAsync(HttpContext http, string tag, ConcurrentDictionary<string, byte[]> manifests)
    {
        if (http.Request.Method is "PUT")
        {
            using var content = new MemoryStream();
            await http.Request.Body.CopyToAsync(content);
            manifests[tag] = content.ToArray();
            http.Response.StatusCode = 201;
            return;
        }

        var manifest = manifests[tag];
        http.Response.ContentLength = manifest.Length;
        if (http.Request.Method is "GET")
            await http.Response.Body.WriteAsync(manifest);
    }
}
