using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Wire;

/// <summary>Stands between runners and a coordinator, hands on every byte, and looks at each answer with the eyes of gitlab-runner.</summary>
internal sealed class WireTap : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<long, JsonElement> _payloads = [];
    private readonly ConcurrentQueue<string> _mistakes = [];
    private int _answers;

    private WireTap(WebApplication app, HttpClient http) => (_app, _http) = (app, http);

    /// <summary>What a runner is told as its coordinator's address.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Every job that was handed out, by its id.</summary>
    public IReadOnlyDictionary<long, JsonElement> Payloads => _payloads;

    public IReadOnlyList<string> Mistakes => [.. _mistakes];

    /// <summary>How many were looked at.</summary>
    public int Answers => _answers;

    public static async Task<WireTap> OpenAsync(Uri coordinator)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Listen(IPAddress.Loopback, 0);
            });
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };
        var tap = new WireTap(builder.Build(), new HttpClient(handler) { BaseAddress = coordinator, Timeout = Timeout.InfiniteTimeSpan });
        tap._app.Run(tap.HandOnAsync);
        await tap._app.StartAsync();
        return tap;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandOnAsync(HttpContext http)
    {
        var question = http.Request;
        using var request = new HttpRequestMessage(new HttpMethod(question.Method), question.Path.Value + question.QueryString.Value);
        if (question.ContentLength is > 0 || question.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(question.Body);
        foreach (var (name, values) in question.Headers)
            if (name is not ("Host" or "Connection" or "Transfer-Encoding" or "Expect"))
                if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                    request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
            await AnswerAsync(http, response);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // A line that broke on one side breaks on the other.
            http.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext http, HttpResponseMessage response)
    {
        http.Response.StatusCode = (int)response.StatusCode;
        http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = response.ReasonPhrase;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (name is not ("Transfer-Encoding" or "Connection"))
                http.Response.Headers[name] = values.ToArray();
        var path = http.Request.Path.Value!;
        const string v4 = "/api/v4/";
        if (!path.StartsWith(v4, StringComparison.Ordinal) || path.Contains("/cache/", StringComparison.Ordinal))
        {
            await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
            return;
        }

        var isFile = http.Request.Method == "GET";
        var body = isFile ? [] : await response.Content.ReadAsByteArrayAsync(http.RequestAborted);
        Look(
            new WireExchange(
                http.Request.Method,
                path[v4.Length..],
                http.Request.Headers.ContentRange,
                (int)response.StatusCode,
                name => Header(response, name),
                body
            )
        );
        if (isFile)
            await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        else if (body.Length > 0)
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private void Look(WireExchange exchange)
    {
        Interlocked.Increment(ref _answers);
        try
        {
            foreach (var mistake in exchange.Mistakes())
                _mistakes.Enqueue(mistake);
            if (exchange.IsJob)
                _payloads[exchange.Json.GetProperty("id").GetInt64()] = exchange.Json;
        }
        catch (JsonException e)
        {
            _mistakes.Enqueue($"{exchange.Method} {exchange.Path}: {e.Message}");
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? values.FirstOrDefault()
            : null;
}
