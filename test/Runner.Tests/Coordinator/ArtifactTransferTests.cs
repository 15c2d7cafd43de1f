using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Coordinator;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>Uploads and downloads (runner-protocol §8.1, §8.3).</summary>
public sealed class ArtifactTransferTests : IDisposable
{
    private static readonly JobDependency Dependency = new(41, "build", "glcbt-dependency", new ArtifactsFile("a.zip", 3));

    private readonly CoordinatorDouble _coordinator = new();
    private readonly CoordinatorDouble _storage = new();
    private readonly CoordinatorHttp _http;

    public ArtifactTransferTests()
    {
        _coordinator.Know(Payloads.Job(42));
        _storage.Know(Payloads.Job(42));
        _http = new CoordinatorHttp(
            new CoordinatorAddress(_coordinator.Url),
            "gitlab-runner test",
            TimeSpan.FromMinutes(1),
            new HurriedTime()
        );
    }

    public void Dispose()
    {
        Assert.Empty(_coordinator.Faults.Concat(_storage.Faults));
        _http.Dispose();
        _coordinator.Dispose();
        _storage.Dispose();
    }

    private ArtifactTransfer Transfer(bool direct = true) => new(_http, Payloads.Job(42), direct, new HurriedTime());

    private async Task SendAsync(string name = "default.zip", JobArtifact? artifact = null)
    {
        using var content = new MemoryStream("zip\r\n--x"u8.ToArray());
        await Transfer().SendAsync(artifact ?? new JobArtifact(), name, content, default);
    }

    private async Task<string?> FetchAsync(bool direct = true)
    {
        await using var archive = await Transfer(direct).FetchAsync(Dependency, default);
        return archive is null ? null : await new StreamReader(archive).ReadToEndAsync();
    }

    [Fact]
    public async Task One_part_named_file_goes_up_with_type_format_and_expiry()
    {
        await SendAsync(
            "a \"b\" ü.zip",
            new JobArtifact
            {
                ArtifactType = "archive",
                ArtifactFormat = "zip",
                ExpireIn = "1 week & 2",
            }
        );
        var (key, content) = _coordinator.Uploads.Single();

        Assert.Equal("?artifact_format=zip&artifact_type=archive&expire_in=1%20week%20%26%202 a \\\"b\\\" Ã¼.zip", key);
        Assert.Equal("zip\r\n--x", Encoding.Latin1.GetString(content));
    }

    [Theory]
    [InlineData(400, 3, "400")]
    [InlineData(403, 1, "permission denied: 403")]
    [InlineData(413, 1, "too large: 413")]
    [InlineData(503, 6 * 5, "503")]
    [InlineData(500, 3 * 5, "500")]
    public async Task A_refused_upload_is_tried_as_often_as_it_makes_sense(int status, int calls, string message)
    {
        _coordinator.Script = _ => new Reply(status);
        var failure = await Assert.ThrowsAsync<JobFailedException>(() => SendAsync());
        Assert.Equal(FailureReason.Script, failure.Reason);
        Assert.Contains(message, failure.Message);
        Assert.Equal(calls, _coordinator.Calls.Count);
        Assert.All(
            _coordinator.Calls,
            call => Assert.Equal("zip\r\n--x", Encoding.Latin1.GetString(CoordinatorDouble.FormFile(call).Content))
        );
    }

    [Fact]
    public async Task An_upload_goes_to_where_the_coordinator_has_moved()
    {
        _coordinator.Script = _ => new Reply(307, "", ("Location", _storage.Url + "/elsewhere"));
        await SendAsync();
        Assert.Equal("?artifact_format=zip&artifact_type=archive default.zip", _storage.Uploads.Keys.Single());
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    public async Task A_download_comes_from_where_the_archive_lies_and_our_token_does_not_go_there(int status)
    {
        _coordinator.Script = _ => new Reply(status, "", ("Location", _storage.Url + "/bucket/a.zip?signature=x"));
        _storage.Script = _ => new Reply(200, "zip");

        Assert.Equal("zip", await FetchAsync());

        var asked = _coordinator.Calls.Single();
        Assert.Equal(("/api/v4/jobs/41/artifacts", "?direct_download=true"), (asked.Path, asked.Query));
        Assert.Equal("glcbt-dependency", asked.Headers["JOB-TOKEN"]);
        Assert.False(_storage.Calls.Single().Headers.ContainsKey("JOB-TOKEN"));
    }

    [Fact]
    public async Task A_failed_direct_download_goes_through_the_coordinator_the_next_time()
    {
        _coordinator.Script = call => call.Query.Length > 0 ? new Reply(400) : new Reply(200, "zip");
        Assert.Equal("zip", await FetchAsync());
        Assert.Equal(["?direct_download=true", ""], _coordinator.Calls.Select(call => call.Query));
    }

    [Theory]
    [InlineData(401, 1, "permission denied")]
    [InlineData(403, 1, "permission denied")]
    [InlineData(400, 3, "400")]
    public async Task A_refused_download_fails_the_job(int status, int calls, string message)
    {
        _coordinator.Script = _ => new Reply(status);
        var failure = await Assert.ThrowsAsync<JobFailedException>(() => FetchAsync(direct: false));
        Assert.Contains(message, failure.Message);
        Assert.Equal(calls, _coordinator.Calls.Count);
    }

    [Fact]
    public async Task An_archive_that_is_gone_is_none()
    {
        _coordinator.Script = _ => new Reply(404);
        Assert.Null(await FetchAsync());
        Assert.Single(_coordinator.Calls);
    }
}
