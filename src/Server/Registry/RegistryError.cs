using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Slipway.Server.Registry;

/// <summary>
/// A refusal as registry clients read it: <c>{"errors": [{"code", "message", "detail"}]}</c>. Docker shows the message.
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
/// </summary>
internal sealed record RegistryError(int Status, string Code, string Message, object? Detail = null) : IResult
{
    public static RegistryError NameInvalid => new(400, "NAME_INVALID", "invalid repository name");
    public static RegistryError NameUnknown => new(404, "NAME_UNKNOWN", "repository name not known to registry");

    public static RegistryError DigestInvalid(string why) => new(400, "DIGEST_INVALID", why);

    public static RegistryError BlobUnknown => new(404, "BLOB_UNKNOWN", "blob unknown to registry");
    public static RegistryError UploadUnknown => new(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");

    public static RegistryError UploadInvalid(int status, string why) => new(status, "BLOB_UPLOAD_INVALID", why);

    public static RegistryError TooLarge(string what, long most) => new(413, "SIZE_INVALID", $"{what} may have at most {most} bytes");

    public static RegistryError ManifestUnknown => new(404, "MANIFEST_UNKNOWN", "manifest unknown");

    public static RegistryError ManifestInvalid(string why) => new(400, "MANIFEST_INVALID", "manifest invalid: " + why);

    public static RegistryError TagInvalid(string why) => new(400, "TAG_INVALID", why);

    public static RegistryError PageInvalid => new(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested");

    public static RegistryError Unsupported(string why) => new(405, "UNSUPPORTED", why);

    public static RegistryError Denied => new(403, "DENIED", "requested access to the resource is denied");

    /// <summary>The bytes are there, and are not what was pushed; or they are gone. Not 404: whoever pulls it has not mistaken its name.</summary>
    public static RegistryError Damaged(string digest) =>
        Failed(StatusCodes.Status503ServiceUnavailable, $"{digest} is damaged on the server: push the image again");

    /// <summary>What the server failed at, as the registry says it.</summary>
    public static RegistryError Failed(int status, string message) =>
        new(
            status,
            status switch
            {
                503 => "UNAVAILABLE",
                _ => "UNKNOWN",
            },
            message
        );

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        // Of such a status Docker shows this line, and not the body.
        if (Status == StatusCodes.Status503ServiceUnavailable && httpContext.Features.Get<IHttpResponseFeature>() is { } line)
            line.ReasonPhrase = Message;
        if (HttpMethods.IsHead(httpContext.Request.Method))
            return Task.CompletedTask;
        response.ContentType = "application/json";
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                errors = new[]
                {
                    new
                    {
                        code = Code,
                        message = Message,
                        detail = Detail,
                    },
                },
            }
        );
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
