using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Tests.Support.S3;

/// <summary>The objects and unfinished uploads, and the answers about them.</summary>
internal sealed class S3Bucket
{
    // Small, so that a list of some has several pages.
    private const int PageSize = 7;
    private const int SmallestPart = 5 * 1024 * 1024;

    private readonly Lock _gate = new();
    private int _uploads;

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, (string Key, SortedDictionary<int, byte[]> Parts)> Uploads { get; } = new(StringComparer.Ordinal);

    public Task PutAsync(HttpContext http, string key, byte[] body)
    {
        lock (_gate)
        {
            if (IsRefused(http, key))
                return S3Server.RefuseAsync(http, 412, "PreconditionFailed");
            Objects[key] = body;
        }

        http.Response.Headers.ETag = TagOf(body);
        return Task.CompletedTask;
    }

    public async Task GetAsync(HttpContext http, string key)
    {
        byte[]? found;
        lock (_gate)
            found = Objects.GetValueOrDefault(key);
        if (found is null)
        {
            await S3Server.RefuseAsync(http, 404, "NoSuchKey");
            return;
        }

        var (start, length) = (0, found.Length);
        if (http.Request.GetTypedHeaders().Range?.Ranges.Single() is { From: { } from, To: { } to })
        {
            if (from >= found.Length)
            {
                await S3Server.RefuseAsync(http, 416, "InvalidRange");
                return;
            }

            (start, length) = ((int)from, (int)Math.Min(to + 1, found.Length) - (int)from);
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = $"bytes {from}-{start + length - 1}/{found.Length}";
        }

        http.Response.Headers.ETag = TagOf(found);
        http.Response.ContentLength = length;
        if (HttpMethods.IsGet(http.Request.Method))
            await http.Response.Body.WriteAsync(found.AsMemory(start, length));
    }

    public Task DeleteAsync(HttpContext http, string key)
    {
        lock (_gate)
            Objects.Remove(key);
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    public Task ListAsync(HttpContext http)
    {
        var after = (string?)http.Request.Query["continuation-token"] ?? "";
        var prefix = (string?)http.Request.Query["prefix"] ?? "";
        List<KeyValuePair<string, byte[]>> found;
        lock (_gate)
            found =
            [
                .. Objects.Where(pair => pair.Key.StartsWith(prefix) && string.CompareOrdinal(pair.Key, after) > 0).Take(PageSize + 1),
            ];
        var more = found.Count > PageSize;
        var page = found.Take(PageSize).ToList();
        return WriteAsync(
            http,
            "ListBucketResult",
            new XElement("IsTruncated", more),
            more ? new XElement("NextContinuationToken", page[^1].Key) : null,
            page.Select(pair => new XElement("Contents", new XElement("Key", pair.Key), new XElement("Size", pair.Value.Length)))
        );
    }

    public Task BeginAsync(HttpContext http, string key)
    {
        string id;
        lock (_gate)
        {
            id = $"upload-{++_uploads:0000}";
            Uploads[id] = (key, []);
        }

        return WriteAsync(
            http,
            "InitiateMultipartUploadResult",
            new XElement("Bucket", S3Server.Bucket),
            new XElement("Key", key),
            new XElement("UploadId", id)
        );
    }

    public Task PutPartAsync(HttpContext http, string upload, int number, byte[] body)
    {
        lock (_gate)
        {
            if (!Uploads.TryGetValue(upload, out var found))
                return S3Server.RefuseAsync(http, 404, "NoSuchUpload");
            found.Parts[number] = body;
        }

        http.Response.Headers.ETag = TagOf(body);
        return Task.CompletedTask;
    }

    public Task CompleteAsync(HttpContext http, string upload, byte[] body)
    {
        var asked = XElement.Parse(Encoding.UTF8.GetString(body)).Elements().Where(part => part.Name.LocalName == "Part").ToList();
        lock (_gate)
        {
            if (!Uploads.TryGetValue(upload, out var found))
                return S3Server.RefuseAsync(http, 404, "NoSuchUpload");
            if (IsRefused(http, found.Key))
                return S3Server.RefuseAsync(http, 412, "PreconditionFailed");
            var parts = found.Parts.Values.ToList();
            if (!asked.Select(part => Child(part, "ETag").Trim('"')).SequenceEqual(parts.Select(part => TagOf(part).Trim('"'))))
                return S3Server.RefuseAsync(http, 400, "InvalidPart");
            if (parts.SkipLast(1).Any(part => part.Length < SmallestPart))
                return S3Server.RefuseAsync(http, 400, "EntityTooSmall");
            Objects[found.Key] = [.. parts.SelectMany(part => part)];
            Uploads.Remove(upload);
            return WriteAsync(http, "CompleteMultipartUploadResult", new XElement("Key", found.Key), new XElement("ETag", "\"many-2\""));
        }
    }

    public Task AbortAsync(HttpContext http, string upload)
    {
        bool removed;
        lock (_gate)
            removed = Uploads.Remove(upload);
        http.Response.StatusCode = 204;
        return removed ? Task.CompletedTask : S3Server.RefuseAsync(http, 404, "NoSuchUpload");
    }

    public Task ListUploadsAsync(HttpContext http)
    {
        var after = (string?)http.Request.Query["upload-id-marker"] ?? "";
        List<KeyValuePair<string, (string Key, SortedDictionary<int, byte[]>)>> found;
        lock (_gate)
            found = [.. Uploads.Where(pair => string.CompareOrdinal(pair.Key, after) > 0).Take(PageSize + 1)];
        var more = found.Count > PageSize;
        var page = found.Take(PageSize).ToList();
        return WriteAsync(
            http,
            "ListMultipartUploadsResult",
            new XElement("IsTruncated", more),
            more ? new XElement("NextKeyMarker", page[^1].Value.Key) : null,
            more ? new XElement("NextUploadIdMarker", page[^1].Key) : null,
            page.Select(pair => new XElement(
                "Upload",
                new XElement("Key", pair.Value.Key),
                new XElement("UploadId", pair.Key),
                new XElement("Initiated", "2026-01-02T03:04:05.000Z")
            ))
        );
    }

    private bool IsRefused(HttpContext http, string key) => http.Request.Headers.IfNoneMatch == "*" && Objects.ContainsKey(key);

    private static string Child(XElement element, string name) => element.Elements().Single(child => child.Name.LocalName == name).Value;

    // As in a bucket with a key of its own: the part behind the hyphen says that this is no MD5, which clients would check.
    private static string TagOf(byte[] body) => $"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..32]}-1\"";

    private static Task WriteAsync(HttpContext http, string name, params object?[] content)
    {
        http.Response.ContentType = "application/xml";
        return http.Response.WriteAsync(new XElement(name, content).ToString());
    }
}
