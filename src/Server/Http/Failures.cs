using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Http;

/// <summary>What a handler throws becomes an answer: a bad request 400, a busy or failing store 503 with a time to come back, our own mistakes 500. No trace of the program goes out.</summary>
internal static partial class Failures
{
    private const int RetryAfterSeconds = 2;

    /// <summary>ENOSPC and EDQUOT, which .NET puts into <see cref="Exception.HResult"/> as they are.</summary>
    private const int DiskFull = 28;
    private const int OverQuota = 122;

    public static void UseFailures(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Slipway.Http");
        app.Use((http, next) => GuardAsync(http, next, log));
    }

    private static async Task GuardAsync(HttpContext http, RequestDelegate next, ILogger log)
    {
        var headers = http.Response.Headers;
        headers["X-Request-Id"] = http.TraceIdentifier = Guid.NewGuid().ToString("N");
        InertAnswers.Seal(http.Response);
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested) { }
        catch (ConnectionResetException)
        {
            // Whoever asked is gone, in the middle of the question.
        }
        catch (BlobStoreException e) when (http.Response.HasStarted)
        {
            // Cut off, so that nobody takes what has come for the whole.
            Unavailable(log, http.Request.Method, http.Request.Path, e.Message);
            http.Abort();
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await Answer(e, http, log).ExecuteAsync(http);
        }
    }

    /// <summary>A full disk passes: whoever is told to come back will find room, or be told again.</summary>
    internal static int StatusOf(Exception failure) =>
        failure switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            DatabaseException { Fault: DbFault.Text } => StatusCodes.Status400BadRequest,
            DatabaseException { Fault: >= DbFault.Busy and <= DbFault.Unavailable } or BlobStoreException =>
                StatusCodes.Status503ServiceUnavailable,
            IOException { HResult: DiskFull or OverQuota } => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };

    /// <summary>What is the matter, for who asked.</summary>
    internal static string WhyOf(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            if (inner is DatabaseException { Fault: DbFault.Full } or IOException { HResult: DiskFull or OverQuota })
                return "the server's disk is full";
        return failure switch
        {
            BlobStoreException store => store.Told,
            DatabaseException { Fault: DbFault.Unavailable } => "the server's database does not answer",
            DatabaseException => "the server's database is busy",
            _ => "the server is not available",
        };
    }

    private static IResult Answer(Exception failure, HttpContext http, ILogger log)
    {
        http.Response.Restart();
        http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
        switch (StatusOf(failure))
        {
            case var status when failure is BadHttpRequestException:
                return Say(status, failure.Message);
            case StatusCodes.Status400BadRequest:
                return Say(400, "400 Bad request");
            case StatusCodes.Status503ServiceUnavailable:
                Unavailable(log, http.Request.Method, http.Request.Path, failure.Message);
                http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
                return Say(503, "503 Service Unavailable", WhyOf(failure));
            default:
                Failed(log, http.Request.Method, http.Request.Path, http.TraceIdentifier, failure);
                return Say(500, "500 Internal Server Error");
        }

        IResult Say(int status, string message, string? why = null) =>
            http.GetEndpoint()?.Metadata.GetMetadata<FailedAs>()?.Answer(status, why ?? message)
            ?? Answers.Message(status, why is null ? message : $"{message} - {why}");
    }

    [LoggerMessage(1, LogLevel.Warning, "{Method} {Path}: 503, {Reason}")]
    private static partial void Unavailable(ILogger log, string method, string path, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Path}: 500, request {Request}")]
    private static partial void Failed(ILogger log, string method, string path, string request, Exception failure);
}
