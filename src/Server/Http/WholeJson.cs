using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>
/// JSON that is made before the first byte is sent, and says its length. A value of some kilobytes costs half as much so as when it is streamed: the writer that was
/// generated for its type is used, and nobody asks after each member whether it is time to send.
/// </summary>
internal sealed class WholeJson<T>(T value, JsonTypeInfo<T> type, int status) : IResult
{
    public Task ExecuteAsync(HttpContext http)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}
