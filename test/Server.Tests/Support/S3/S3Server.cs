using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Server.Tests.Support.S3;

/// <summary>
/// One bucket of S3 in memory, over real HTTP on loopback: what the blob store needs, as docs.aws.amazon.com/AmazonS3/latest/API says it. Signatures are
/// checked to the last byte. Requests can be made to fail.
/// </summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "slipway";
    public const string AccessKey = "AKIDTEST";
    public const string SecretKey = "secret/of+the=test";

    private readonly WebApplication _app;
    private readonly S3Bucket _bucket = new();

    private S3Server(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Looked at before a request is answered; true when it has seen to the answer itself.</summary>
    public Func<HttpContext, Task<bool>>? Fault { get; set; }

    /// <summary>Bytes and all, as if the bucket's disk were at hand.</summary>
    public S3Bucket Contents => _bucket;

    public static async Task<S3Server> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var server = new S3Server(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public static async Task RefuseAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message><RequestId>1</RequestId></Error>");
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var read = new MemoryStream();
        await http.Request.Body.CopyToAsync(read);
        var body = read.ToArray();
        if (Fault is not null && await Fault(http))
            return;
        if (Signature.WhyWrong(http.Request, body) is { } why)
            await RefuseAsync(http, 403, why);
        else if (http.Request.Path.Value!.TrimStart('/').Split('/', 2) is [Bucket, var key] && key.Length > 0)
            await OfObjectAsync(http, key, body);
        else if (http.Request.Path.Value.Trim('/') == Bucket)
            await OfBucketAsync(http);
        else
            await RefuseAsync(http, 404, "NoSuchBucket");
    }

    private Task OfBucketAsync(HttpContext http) =>
        http.Request.Query.ContainsKey("uploads") ? _bucket.ListUploadsAsync(http)
        : http.Request.Query["list-type"] == "2" ? _bucket.ListAsync(http)
        : RefuseAsync(http, 501, "NotImplemented");

    private Task OfObjectAsync(HttpContext http, string key, byte[] body)
    {
        var upload = (string?)http.Request.Query["uploadId"];
        return http.Request.Method switch
        {
            "PUT" when upload is not null => _bucket.PutPartAsync(http, upload, int.Parse(http.Request.Query["partNumber"]!), body),
            "PUT" => _bucket.PutAsync(http, key, body),
            "GET" or "HEAD" => _bucket.GetAsync(http, key),
            "DELETE" when upload is not null => _bucket.AbortAsync(http, upload),
            "DELETE" => _bucket.DeleteAsync(http, key),
            "POST" when upload is not null => _bucket.CompleteAsync(http, upload, body),
            "POST" when http.Request.Query.ContainsKey("uploads") => _bucket.BeginAsync(http, key),
            _ => RefuseAsync(http, 501, "NotImplemented"),
        };
    }
}
