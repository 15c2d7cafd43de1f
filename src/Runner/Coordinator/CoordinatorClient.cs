using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Protocol;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// The runner API of a GitLab, or of anything that speaks as one (runner-protocol §2–§6). A refusal or a broken line is an answer, never an exception;
/// cancelling is.
/// </summary>
public sealed class CoordinatorClient : IDisposable
{
    /// <summary>A job larger than this is not one.</summary>
    private const int BodyLimit = 64 * 1024 * 1024;

    /// <summary>For an answer to begin.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// For an answer about a running job: when a connection has gone silent there must be time for another before the coordinator thinks that we have died,
    /// which ours does after three minutes.
    /// </summary>
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(15);

    private readonly TimeProvider _time;

    /// <exception cref="IOException">The address is no HTTP URL, or its certificates cannot be read.</exception>
    public CoordinatorClient(CoordinatorAddress address, TimeSpan maxAge, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(address);
        _time = time;
        Http = new CoordinatorHttp(address, Identity.UserAgent, maxAge, time);
    }

    internal CoordinatorHttp Http { get; }

    /// <summary>Makes a runner of a registration token (201).</summary>
    public Task<Answer<RunnerCredentials>> RegisterAsync(RegisterRequest request, CancellationToken ct) =>
        AskAsync(
            HttpMethod.Post,
            "runners",
            (request.Token, Content(request, CoordinationJson.Default.RegisterRequest)),
            (HttpStatusCode.Created, CoordinationJson.Default.RunnerCredentials),
            ct
        );

    /// <summary>Asks whether a token is a runner's (200). An old coordinator's answer without JSON counts as yes, with an id of 0.</summary>
    public async Task<Answer<RunnerCredentials>> VerifyAsync(VerifyRequest request, CancellationToken ct)
    {
        var answer = await AskAsync(
            HttpMethod.Post,
            "runners/verify",
            (request.Token, Content(request, CoordinationJson.Default.VerifyRequest)),
            (HttpStatusCode.OK, CoordinationJson.Default.RunnerCredentials),
            ct
        );
        return answer is { Kind: AnswerKind.Refused, Message: NotJson }
            ? new Answer<RunnerCredentials>(AnswerKind.Ok, new RunnerCredentials(0, request.Token, null), "")
            : answer;
    }

    /// <summary>Removes the runner, whoever else uses its token (204).</summary>
    public Task<Answer<RunnerTokenRequest>> UnregisterAsync(string token, CancellationToken ct) =>
        RemoveAsync("runners", new RunnerTokenRequest(token), ct);

    /// <summary>Removes this machine from the runner (204).</summary>
    public Task<Answer<RunnerTokenRequest>> UnregisterManagerAsync(string token, string systemId, CancellationToken ct) =>
        RemoveAsync("runners/managers", new RunnerTokenRequest(token, systemId), ct);

    /// <summary>Gets a new token; the old one is dead at once (201).</summary>
    public Task<Answer<RunnerToken>> ResetTokenAsync(string token, CancellationToken ct) =>
        AskAsync(
            HttpMethod.Post,
            "runners/reset_authentication_token",
            (token, Content(new RunnerTokenRequest(token), CoordinationJson.Default.RunnerTokenRequest)),
            (HttpStatusCode.Created, CoordinationJson.Default.RunnerToken),
            ct
        );

    /// <param name="keepLastUpdate">Told what the coordinator wants to hear next time, when it says so.</param>
    internal async Task<JobAnswer> RequestJobAsync(JobRequest request, Action<string> keepLastUpdate, CancellationToken ct)
    {
        var name = Guid.NewGuid().ToString("N");
        var content = Content(request, CoordinationJson.Default.JobRequest);
        try
        {
            using var response = await SendAsync(
                () =>
                {
                    var message = new HttpRequestMessage(HttpMethod.Post, "jobs/request") { Content = content() };
                    message.Headers.Add(WireHeader.RunnerToken, request.Token);
                    message.Headers.Add(WireHeader.RequestId, name);
                    message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
                    return message;
                },
                ct
            );
            if (Header(response, WireHeader.LastUpdate) is { Length: > 0 } lastUpdate)
                keepLastUpdate(lastUpdate);
            return response.StatusCode switch
            {
                HttpStatusCode.Created => new JobAnswer.Job(
                    await ReadAsync(response, ProtocolJson.Default.JobPayload, ct),
                    Header(response, WireHeader.RequestId) ?? name,
                    Header(response, WireHeader.SharedCache) == "yes"
                ),
                HttpStatusCode.NoContent => new JobAnswer.Nothing(Header(response, WireHeader.BuildsPolling) == "yes"),
                HttpStatusCode.Forbidden => new JobAnswer.Forbidden(await MessageAsync(response, ct)),
                var status => new JobAnswer.Failed(await MessageAsync(response, ct), (int)status >= 500),
            };
        }
        catch (Exception e) when (IsTrouble(e, ct))
        {
            return new JobAnswer.Failed(Words(e), Busy: e is not JsonException);
        }
    }

    internal Task<Report> UpdateJobAsync(long job, JobUpdate update, CancellationToken ct)
    {
        var content = Content(update, CoordinationJson.Default.JobUpdate);
        return ReportAsync(
            () => new HttpRequestMessage(HttpMethod.Put, $"jobs/{job}") { Content = content() },
            update.Token,
            status =>
                status switch
                {
                    200 => ReportOutcome.Done,
                    202 => ReportOutcome.NotYet,
                    412 => ReportOutcome.Mismatch,
                    404 => ReportOutcome.Abort,
                    >= 500 => ReportOutcome.Away,
                    _ => ReportOutcome.Failed,
                },
            ct
        );
    }

    /// <param name="piece">Not empty.</param>
    /// <param name="debug">The log may hold more than others should see.</param>
    internal Task<Report> PatchTraceAsync(
        long job,
        string token,
        long start,
        ReadOnlyMemory<byte> piece,
        bool debug,
        CancellationToken ct
    ) =>
        ReportAsync(
            () =>
            {
                var content = new ReadOnlyMemoryContent(piece);
                content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
                content.Headers.TryAddWithoutValidation("Content-Range", TraceRange.Piece(start, piece.Length));
                return new HttpRequestMessage(HttpMethod.Patch, $"jobs/{job}/trace?debug_trace={(debug ? "true" : "false")}")
                {
                    Content = content,
                };
            },
            token,
            status =>
                status switch
                {
                    202 => ReportOutcome.Done,
                    404 => ReportOutcome.NotFound,
                    416 => ReportOutcome.WrongPlace,
                    >= 500 => ReportOutcome.Away,
                    _ => ReportOutcome.Failed,
                },
            ct
        );

    public void Dispose() => Http.Dispose();

    internal const string NotJson = "the answer is not JSON";

    /// <summary>What may go wrong between two machines, and is not our caller's wish.</summary>
    internal static bool IsTrouble(Exception e, CancellationToken ct) =>
        // A connection that is reset the moment it is made comes as the socket's own error, which HttpClient does not wrap.
        e is HttpRequestException or SocketException or JsonException or IOException
        || (e is OperationCanceledException && !ct.IsCancellationRequested);

    internal static string Words(Exception e) =>
        e is OperationCanceledException ? "no answer in time"
        : e.InnerException is { } inner and not SocketException ? inner.Message
        : e.Message;

    internal static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? values.First()
            : null;

    /// <summary>The status and what the body says about it.</summary>
    internal static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var body = await BodyAsync(response, 64 * 1024, ct);
        return CoordinationJson.ReadMessage(body.Span) is { Length: > 0 } message && !status.Contains(message, StringComparison.Ordinal)
            ? message.Contains(status, StringComparison.Ordinal)
                ? message
                : $"{status} ({message})"
            : status;
    }

    private async Task<Report> ReportAsync(
        Func<HttpRequestMessage> make,
        string token,
        Func<int, ReportOutcome> judge,
        CancellationToken ct
    )
    {
        try
        {
            using var response = await SendAsync(
                () =>
                {
                    var request = make();
                    request.Headers.Add(WireHeader.JobToken, token);
                    return request;
                },
                ct,
                ReportPatience
            );
            var status = Header(response, WireHeader.JobStatus);
            var gone = status is JobStatusWord.Canceled or JobStatusWord.Failed || response.StatusCode == HttpStatusCode.Forbidden;
            return new Report(
                gone ? ReportOutcome.Abort : judge((int)response.StatusCode),
                status == JobStatusWord.Canceling,
                Interval(response),
                TraceRange.Next(Header(response, WireHeader.Range)),
                $"{(int)response.StatusCode} {response.ReasonPhrase}"
            );
        }
        catch (Exception e) when (IsTrouble(e, ct))
        {
            return new Report(ReportOutcome.Away, false, null, 0, Words(e));
        }
    }

    private static TimeSpan? Interval(HttpResponseMessage response) =>
        int.TryParse(Header(response, WireHeader.TraceUpdateInterval), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds > 0
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestInterval.TotalSeconds))
            : null;

    private Task<Answer<RunnerTokenRequest>> RemoveAsync(string path, RunnerTokenRequest request, CancellationToken ct) =>
        AskAsync<RunnerTokenRequest>(
            HttpMethod.Delete,
            path,
            (request.Token, Content(request, CoordinationJson.Default.RunnerTokenRequest)),
            (HttpStatusCode.NoContent, null),
            ct
        );

    private async Task<Answer<T>> AskAsync<T>(
        HttpMethod method,
        string path,
        (string Token, Func<HttpContent> Content) with,
        (HttpStatusCode Status, JsonTypeInfo<T>? Body) wanted,
        CancellationToken ct
    )
        where T : class
    {
        try
        {
            using var response = await SendAsync(
                () =>
                {
                    var request = new HttpRequestMessage(method, path) { Content = with.Content() };
                    request.Headers.Add(WireHeader.RunnerToken, with.Token);
                    if (wanted.Body is not null)
                        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
                    return request;
                },
                ct
            );
            if (response.StatusCode == wanted.Status)
                return new Answer<T>(AnswerKind.Ok, wanted.Body is null ? null : await ReadAsync(response, wanted.Body, ct), "");
            var kind = response.StatusCode == HttpStatusCode.Forbidden ? AnswerKind.Forbidden : AnswerKind.Refused;
            return new Answer<T>(kind, null, await MessageAsync(response, ct));
        }
        catch (JsonException e)
        {
            return new Answer<T>(AnswerKind.Refused, null, e.Message == NotJson ? NotJson : $"the answer is not understood: {e.Message}");
        }
        catch (Exception e) when (IsTrouble(e, ct))
        {
            return new Answer<T>(AnswerKind.Unreachable, null, Words(e));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken ct, TimeSpan? most = null)
    {
        using var patience = new CancellationTokenSource(most ?? Patience, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        return await Http.SendAsync(make, follow: true, both.Token);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        if (response.Content.Headers.ContentType?.MediaType?.Equals("application/json", StringComparison.OrdinalIgnoreCase) != true)
            throw new JsonException(NotJson);
        return WireJson.Read((await BodyAsync(response, BodyLimit, ct)).Span, type);
    }

    /// <returns>At most <paramref name="limit"/> bytes of it.</returns>
    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpResponseMessage response, int limit, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; bytes.Length < limit && (count = await body.ReadAsync(buffer, ct)) > 0; )
            bytes.Write(buffer, 0, count);
        return bytes.GetBuffer().AsMemory(0, (int)Math.Min(limit, bytes.Length));
    }

    /// <summary>The body of each attempt: sending one uses it up.</summary>
    private static Func<HttpContent> Content<T>(T body, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, type);
        return () =>
        {
            var content = new ByteArrayContent(json);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return content;
        };
    }
}
