using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Cli.Tests.Support;

namespace Slipway.Cli.Tests.Runners;

/// <summary>Answers the runner API as a test wants it. On this machine only.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly HttpListener _listener;

    public FakeServer()
    {
        (_listener, var port) = Loopback.Listen();
        Url = $"http://127.0.0.1:{port}";
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Status and body for method and path below <c>/api/v4/</c>.</summary>
    public Func<string, string, (int Status, string Body)> Answer { get; set; } = (_, _) => (404, "");

    public ConcurrentQueue<(string Call, JsonElement Body)> Calls { get; } = [];

    public void Dispose() => _listener.Close();

    /// <summary>A job that runs one line without sources.</summary>
    public static string Job(long id, string line) =>
        $$$"""
            {"id":{{{id}}},"token":"glcbt-job{{{id}}}","job_info":{"name":"test","stage":"test","project_id":3,"project_full_path":"g/p"},
             "git_info":{"repo_url":"","ref":"main","sha":"0123456789abcdef0123456789abcdef01234567"},"runner_info":{"timeout":3600},
             "variables":[{"key":"GIT_STRATEGY","value":"none","public":true,"masked":false}],
             "steps":[{"name":"script","script":[{{{JsonSerializer.Serialize(
                line
            )}}}],"timeout":3600,"when":"on_success","allow_failure":false}],"features":{"failure_reasons":["runner_interrupted"]}}
            """;

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var body = await reader.ReadToEndAsync();
                var (method, path) = (context.Request.HttpMethod, context.Request.Url!.AbsolutePath["/api/v4/".Length..]);
                Calls.Enqueue(
                    (
                        $"{method} {path}",
                        body.StartsWith('{') ? JsonDocument.Parse(body).RootElement : JsonSerializer.SerializeToElement(body)
                    )
                );
                var (status, text) = Answer(method, path);
                context.Response.StatusCode = status;
                if (text.Length > 0)
                {
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
                }

                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
