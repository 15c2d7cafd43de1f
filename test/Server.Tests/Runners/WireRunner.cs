using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Slipway.Wire;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>A coordinator's answer.</summary>
internal sealed record WireAnswer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? this[string header] => Headers.GetValueOrDefault(header);
}

/// <summary>
/// Speaks as gitlab-runner 19.x does: the same calls with the same headers and bodies, and no more. Every answer is checked for what that runner could not take.
/// </summary>
internal sealed class WireRunner(HttpClient http, string token, string? systemId = "s_0123456789ab") : IDisposable
{
    public string Token { get; set; } = token;
    public string? LastUpdate { get; private set; }

    /// <summary>By it the server tells its own runner from gitlab-runner.</summary>
    public string Revision { get; set; } = "d79f3e7b";

    /// <summary>All 31 are always sent; these are on.</summary>
    public RunnerFeatures Features { get; set; } =
        new()
        {
            Variables = true,
            Artifacts = true,
            Cache = true,
            FallbackCacheKeys = true,
            Shared = true,
            UploadMultipleArtifacts = true,
            UploadRawArtifacts = true,
            Refspecs = true,
            Masking = true,
            RawVariables = true,
            ArtifactsExclude = true,
            MultiBuildSteps = true,
            TraceReset = true,
            TraceChecksum = true,
            TraceSize = true,
            VaultSecrets = true,
            Cancelable = true,
            ReturnExitCode = true,
            CancelGracefully = true,
            TwoPhaseJobCommit = true,
            JobInputs = true,
        };

    private ManagerInfo Info =>
        new()
        {
            Name = "gitlab-runner",
            Version = "19.4.0",
            Revision = Revision,
            Platform = "linux",
            Architecture = "amd64",
            Executor = "shell",
            Shell = "bash",
            Features = Features,
        };

    public Task<WireAnswer> VerifyAsync() =>
        SendAsync(
            HttpMethod.Post,
            "runners/verify",
            JsonSerializer.SerializeToElement(
                new VerifyRequest
                {
                    Token = Token,
                    Info = Info,
                    SystemId = systemId,
                },
                CoordinationJson.Default.VerifyRequest
            ),
            (WireHeader.RunnerToken, Token)
        );

    /// <summary>Asks for a job; repeats what it was last told, as a runner does from its second request on.</summary>
    public async Task<WireAnswer> RequestAsync(CancellationToken ct = default)
    {
        var body = JsonSerializer.SerializeToElement(
            new JobRequest
            {
                Token = Token,
                Info = Info,
                SystemId = systemId,
                LastUpdate = LastUpdate,
            },
            CoordinationJson.Default.JobRequest
        );
        var answer = await SendAsync(HttpMethod.Post, "jobs/request", body, (WireHeader.RunnerToken, Token), ct);
        LastUpdate = answer[WireHeader.LastUpdate] ?? LastUpdate;
        return answer;
    }

    /// <summary>Asks for a job and gets one.</summary>
    public async Task<WireJob> TakeAsync()
    {
        var answer = await RequestAsync();
        Assert.Equal(201, answer.Status);
        return new WireJob(this, answer.Json);
    }

    /// <summary>Asks, takes it up, and it runs.</summary>
    public async Task<WireJob> StartAsync()
    {
        var job = await TakeAsync();
        var answer = await job.UpdateAsync(JobState.Running);
        Assert.Equal((200, "running"), (answer.Status, answer[WireHeader.JobStatus]));
        return job;
    }

    public async Task<WireAnswer> SendAsync(
        HttpMethod method,
        string path,
        JsonElement? body,
        (string Name, string Value)? header = null,
        CancellationToken ct = default
    )
    {
        using var request = new HttpRequestMessage(method, "/api/v4/" + path);
        if (body is { } json)
            request.Content = new StringContent(json.GetRawText(), Encoding.UTF8, "application/json");
        if (header is var (name, value))
            request.Headers.Add(name, value);
        return await SendAsync(request, ct);
    }

    public async Task<WireAnswer> SendAsync(HttpRequestMessage request, CancellationToken ct = default)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "gitlab-runner 19.4.0 (main; go1.26.5; linux/amd64)");
        request.Headers.Add(WireHeader.RequestId, Guid.NewGuid().ToString("N"));
        using var response = await http.SendAsync(request, ct);
        var headers = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var answer = new WireAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(ct), headers);
        var asked = request.Content?.Headers.TryGetValues("Content-Range", out var range) == true ? range.First() : null;
        var path = request.RequestUri!.AbsolutePath["/api/v4/".Length..];
        var body = Encoding.UTF8.GetBytes(answer.Body);
        Assert.Empty(new WireExchange(request.Method.Method, path, asked, answer.Status, name => answer[name], body).Mistakes());
        return answer;
    }

    public WireJob Known(WireJob job) => new(this, job.Payload);

    public void Dispose() => http.Dispose();
}

/// <summary>A job that a runner has been handed, with the log it keeps of it.</summary>
internal sealed class WireJob(WireRunner runner, JsonElement payload)
{
    private const int Piece = 1 << 20;

    public JsonElement Payload => payload;
    public long Id => payload.GetProperty("id").GetInt64();
    public string Token => payload.GetProperty("token").GetString()!;
    public string Name => payload.GetProperty("job_info").GetProperty("name").GetString()!;

    /// <summary>All of it, as the runner keeps it until the job is closed.</summary>
    public byte[] Log { get; set; } = [];

    /// <summary>How much of it the coordinator has.</summary>
    public int Sent { get; set; }

    public string? Variable(string key) =>
        payload.GetProperty("variables").EnumerateArray().LastOrDefault(variable => variable.GetProperty("key").GetString() == key)
            is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("value").GetString()
            : null;

    public Task<WireAnswer> UpdateAsync(string state, string? reason = null, int? exitCode = null, TraceOutput? output = null)
    {
        var update = new JobUpdate
        {
            Token = Token,
            Info = new ManagerInfo { Name = "gitlab-runner", Features = runner.Features },
            State = state,
            FailureReason = reason,
            ExitCode = exitCode,
            Checksum = output?.Checksum,
            Output = output ?? new TraceOutput(),
        };
        var body = JsonSerializer.SerializeToElement(update, CoordinationJson.Default.JobUpdate);
        return runner.SendAsync(HttpMethod.Put, $"jobs/{Id}", body, (WireHeader.JobToken, Token));
    }

    /// <summary>Sends one piece of the log as it stands.</summary>
    public async Task<WireAnswer> PatchAsync(int start, int length, bool debug = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v4/jobs/{Id}/trace?debug_trace={(debug ? "true" : "false")}");
        request.Content = new ByteArrayContent(Log, start, length);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", TraceRange.Piece(start, length));
        request.Headers.Add(WireHeader.JobToken, Token);
        var answer = await runner.SendAsync(request);
        if (answer.Status == 202)
            Assert.NotNull(answer[WireHeader.TraceUpdateInterval]);
        return answer;
    }

    /// <summary>Sends what has not been sent, as the runner's loop does it: in pieces, and from where the coordinator says when it says so.</summary>
    public async Task<WireAnswer?> SendLogAsync()
    {
        WireAnswer? last = null;
        while (Sent < Log.Length)
        {
            var length = Math.Min(Piece, Log.Length - Sent);
            last = await PatchAsync(Sent, length);
            if (last.Status == (int)HttpStatusCode.Accepted)
                Sent += length;
            else if (last.Status == 416)
                Sent = (int)TraceRange.Next(last[WireHeader.Range]);
            else
                return last;
        }

        return last;
    }

    /// <summary>The end: all that is left of the log, then the state; once more from the first byte when the coordinator's log is not the same.</summary>
    public async Task<WireAnswer> FinishAsync(string state, string? reason = null, int? exitCode = null)
    {
        while (true)
        {
            await SendLogAsync();
            var output = new TraceOutput { Checksum = TraceChecksum.Text(Crc32.Append(0, Log)), Bytesize = Log.Length };
            var answer = await UpdateAsync(state, reason, exitCode, output);
            if (answer.Status != 412)
                return answer;
            Sent = 0;
        }
    }

    public async Task<WireAnswer> UploadAsync(
        byte[] content,
        string name = "artifacts.zip",
        string query = "artifact_format=zip&artifact_type=archive"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v4/jobs/{Id}/artifacts?{query}");
        var form = new MultipartFormDataContent();
        form.Add(new ByteArrayContent(content), "file", name);
        request.Content = form;
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add(WireHeader.JobToken, Token);
        return await runner.SendAsync(request);
    }
}
