using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Slipway.Server.Http;

/// <summary>A span for each request, called after its route. What it asked for beyond that is not in it. https://opentelemetry.io/docs/specs/semconv/http/http-spans/</summary>
internal static class RequestSpans
{
    public static void UseRequestSpans(this WebApplication app) =>
        app.Use((http, next) => Spans.Source.HasListeners() ? TracedAsync(http, next) : next(http));

    private static async Task TracedAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Request.Headers;
        _ = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var caller);
        // What the framework has begun nobody hears of: it must not be the parent.
        Activity.Current = null;
        using var span = Spans.Source.StartActivity(http.Request.Method, ActivityKind.Server, caller);
        try
        {
            await next(http);
        }
        finally
        {
            Name(span, http);
        }
    }

    private static void Name(Activity? span, HttpContext http)
    {
        if (span is null)
            return;
        var method = http.Request.Method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS"
            ? http.Request.Method
            : "HTTP";
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var status = http.Response.StatusCode;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status >= 500)
            span.Failed($"{status}");
    }
}
