using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Probes;

/// <summary>What a collector is sent. Spans of other tests' servers come too: they are in the same process.</summary>
public sealed class TracingTests
{
    [Fact]
    public async Task A_collector_gets_requests_by_their_route_and_what_was_done_for_them_and_no_secret()
    {
        await using var collector = await Collector.StartAsync();
        string[] secrets;
        await using (var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite, tracesTo: collector.Address))
        {
            var made = await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline?ref=main&note=of-the-query", new { });
            Assert.Equal(201, made.Status);
            var runner = await room.Owner.Client.PostApiAsync(
                "user/runners",
                new
                {
                    runner_type = "project_type",
                    project_id = room.Project.Id,
                    run_untagged = true,
                }
            );
            var token = runner["token"].GetString()!;
            var job = await room.Server.Anonymous.PostApiAsync("jobs/request", new { token });
            Assert.Equal(201, job.Status);
            secrets = [token, job["token"].GetString()!, "of-the-query", room.Project.FullPath];
        }

        var sent = collector.Sent;
        string[] names =
        [
            "POST /api/v4/projects/{project}/pipeline",
            "POST /api/v4/jobs/request",
            "create pipeline",
            "hand out job",
            "write sqlite",
            "slipway",
            "http.route",
        ];
        foreach (var name in names)
            Assert.Contains(name, sent);
        foreach (var secret in secrets)
            Assert.DoesNotContain(secret, sent);
        Assert.Equal(["/v1/traces application/x-protobuf"], collector.Asked.Distinct());
    }

    /// <summary>A collector that keeps what it is sent. Names in protobuf are texts as they are.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly MemoryStream _sent = new();
        private readonly List<string> _asked = [];

        private Collector(WebApplication app) => _app = app;

        public Uri Address => new(_app.Urls.First());
        public string Sent => Encoding.Latin1.GetString(_sent.ToArray());
        public IReadOnlyList<string> Asked => _asked;

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(collector.TakeAsync);
            await app.StartAsync();
            return collector;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            await _sent.DisposeAsync();
        }

        private async Task TakeAsync(HttpContext http)
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            lock (_sent)
            {
                body.WriteTo(_sent);
                _asked.Add($"{http.Request.Path} {http.Request.ContentType}");
            }
        }
    }
}
