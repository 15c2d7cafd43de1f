using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>One request as it came.</summary>
internal sealed record Call(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public bool Is(string method, string path) =>
        Regex.IsMatch(Method, "^" + method + "$") && Regex.IsMatch(Path, "^/api/v4/" + path + "$");

    public string? State => Json.TryGetProperty("state", out var state) ? state.GetString() : null;
}

internal sealed record Reply(int Status, string Body = "", params (string Name, string Value)[] Headers);

/// <summary>
/// A coordinator to test against (runner-protocol §3–§8): it behaves until <see cref="Script"/> says otherwise, hands out the jobs it is given, keeps logs and
/// uploads, and writes down whatever a GitLab would stumble over. On this machine only.
/// </summary>
internal sealed partial class CoordinatorDouble : IDisposable
{
    public const string RunnerToken = "glrt-0123456789abc";

    private readonly HttpListener _listener;
    private readonly ConcurrentQueue<JobPayload> _jobs = [];
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<long, string> _tokens = [];
    private readonly Dictionary<long, MemoryStream> _logs = [];
    private readonly Dictionary<long, TaskCompletionSource<Call>> _ends = [];
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _updates;

    public CoordinatorDouble()
    {
        (_listener, var port) = Loopback.Listen();
        Url = $"http://127.0.0.1:{port}";
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Its answer in place of the usual one; <see langword="null"/> = the usual one.</summary>
    public Func<Call, Reply?> Script { get; set; } = _ => null;

    /// <summary><c>Job-Status</c> of all usual answers.</summary>
    public string JobStatus { get; set; } = "running";

    public ConcurrentQueue<Call> Calls { get; } = [];

    /// <summary>What a GitLab would refuse or misunderstand.</summary>
    public ConcurrentQueue<string> Faults { get; } = [];

    public ConcurrentDictionary<string, byte[]> Uploads { get; } = [];

    /// <summary>Offers to keep cache archives, and keeps them here by their keys.</summary>
    public ConcurrentDictionary<string, byte[]>? Caches { get; set; }

    public void Dispose()
    {
        _over.Cancel();
        _listener.Close();
    }

    public void Offer(JobPayload job)
    {
        Know(job);
        lock (_gate)
        {
            _jobs.Enqueue(job);
            _added.TrySetResult();
        }
    }

    /// <summary>A job that has been handed out already.</summary>
    public void Know(JobPayload job)
    {
        lock (_gate)
        {
            _tokens[job.Id] = job.Token;
            _logs[job.Id] = new MemoryStream();
            _ends[job.Id] = new TaskCompletionSource<Call>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public byte[] LogBytes(long job)
    {
        lock (_gate)
            return _logs[job].ToArray();
    }

    public string Log(long job) => Encoding.UTF8.GetString(LogBytes(job));

    /// <summary>The final update, once it is accepted.</summary>
    public Task<Call> EndOf(long job) => _ends[job].Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Those whose path is like this.</summary>
    public IReadOnlyList<Call> CallsTo(string method, string path) => [.. Calls.Where(call => call.Is(method, path))];

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var request = context.Request;
            using var body = new MemoryStream();
            await request.InputStream.CopyToAsync(body);
            var call = new Call(
                request.HttpMethod,
                request.Url!.AbsolutePath,
                request.Url.Query,
                request.Headers.AllKeys.ToDictionary(k => k!, k => request.Headers[k]!, StringComparer.OrdinalIgnoreCase),
                body.ToArray()
            );
            Check(call);
            Calls.Enqueue(call);
            var reply = Script(call) ?? await UsualAsync(call);
            context.Response.StatusCode = reply.Status;
            foreach (var (name, value) in reply.Headers)
                context.Response.Headers[name] = value;
            if (reply.Body.Length > 0)
            {
                context.Response.ContentType ??= reply.Body[0] == '{' ? "application/json" : "text/plain";
                await context.Response.OutputStream.WriteAsync(Encoding.Latin1.GetBytes(reply.Body));
            }

            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or OperationCanceledException or ObjectDisposedException)
        {
            // The runner has gone.
        }
        catch (Exception e)
        {
            Faults.Enqueue(e.ToString());
            context.Response.StatusCode = 500;
            context.Response.Close();
        }
    }

    private void Check(Call call)
    {
        Demand(
            call,
            call.Headers.GetValueOrDefault("User-Agent")?.StartsWith("gitlab-runner ", StringComparison.Ordinal) == true,
            "User-Agent"
        );
        Demand(call, RequestId().IsMatch(call.Headers.GetValueOrDefault("X-Request-Id") ?? ""), "X-Request-Id");
        if (!call.Path.StartsWith("/api/v4/", StringComparison.Ordinal))
            return;
        if (
            call.Method is "POST" or "PUT" or "DELETE"
            && !call.Path.EndsWith("/artifacts", StringComparison.Ordinal)
            && !call.Path.EndsWith("/cache", StringComparison.Ordinal)
        )
        {
            Demand(call, call.Headers.GetValueOrDefault("Content-Type") == "application/json", "Content-Type");
            var header =
                call.Path.StartsWith("/api/v4/jobs/", StringComparison.Ordinal) && call.Method == "PUT" ? "JOB-TOKEN" : "RUNNER-TOKEN";
            Demand(call, call.Json.GetProperty("token").GetString() == call.Headers.GetValueOrDefault(header), header);
            if (call.Method != "DELETE" && call.Json.TryGetProperty("info", out var info))
                Demand(call, info.GetProperty("features").EnumerateObject().Count() == 31, "features");
        }
    }

    private async Task<Reply> UsualAsync(Call call)
    {
        if (call.Is("POST", "jobs/request"))
            return await JobAsync(call);
        if (call.Is("PUT", "jobs/\\d+"))
            return Update(call, IdOf(call));
        if (call.Is("PATCH", "jobs/\\d+/trace"))
            return Append(call, IdOf(call));
        if (call.Is("POST", "jobs/\\d+/artifacts"))
            return Upload(call);
        if (Caches is { } caches && call.Is("(GET|PUT)", "jobs/\\d+/cache"))
            return Cache(caches, call);
        Faults.Enqueue($"{call.Method} {call.Path}: nobody asked for this");
        return new Reply(404);
    }

    /// <summary>A runner that has heard an update is held until there is a job.</summary>
    private async Task<Reply> JobAsync(Call call)
    {
        Demand(call, call.Headers.GetValueOrDefault("Accept") == "application/json", "Accept");
        Demand(call, call.Json.GetProperty("token").GetString() == RunnerToken, "token");
        Demand(call, call.Json.GetProperty("system_id").GetString()!.StartsWith("s_", StringComparison.Ordinal), "system_id");
        while (true)
        {
            Task added;
            lock (_gate)
            {
                if (_jobs.TryDequeue(out var job))
                    return Caches is null ? Handed(job) : Handed(job) with { Headers = [(WireHeader.SharedCache, "yes")] };
                if (_added.Task.IsCompleted)
                    _added = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                added = _added.Task;
            }

            if (!call.Json.TryGetProperty("last_update", out _))
                return new Reply(204, "", ("X-GitLab-Last-Update", $"update-{Interlocked.Increment(ref _updates)}"));
            await added.WaitAsync(_over.Token);
        }
    }

    private static Reply Handed(JobPayload job) => new(201, JsonSerializer.Serialize(job, ProtocolJson.Default.JobPayload));

    private Reply Cache(ConcurrentDictionary<string, byte[]> caches, Call call)
    {
        Demand(call, call.Headers.GetValueOrDefault("JOB-TOKEN") == _tokens[IdOf(call)], "JOB-TOKEN");
        var key = Uri.UnescapeDataString(call.Query["?key=".Length..]);
        if (call.Method == "PUT")
            caches[key] = call.Body;
        if (!caches.TryGetValue(key, out var archive))
            return new Reply(404);
        var tag = $"\"{Crc32.Append(0, archive)}\"";
        if (call.Method == "PUT")
            return new Reply(201, "", ("ETag", tag));
        return call.Headers.GetValueOrDefault("If-None-Match") == tag
            ? new Reply(304, "", ("ETag", tag))
            : new Reply(200, Encoding.Latin1.GetString(archive), ("ETag", tag));
    }

    private Reply Update(Call call, long id)
    {
        Demand(call, call.Json.GetProperty("token").GetString() == _tokens[id], "token");
        var state = call.State;
        Demand(call, state is "running" or "success" or "failed", "state " + state);
        Demand(call, (state == "failed") == call.Json.TryGetProperty("failure_reason", out _), "failure_reason");
        if (state == "running")
            return new Reply(200, "200", ("Job-Status", JobStatus));
        var output = call.Json.GetProperty("output");
        var log = LogBytes(id);
        var size = output.TryGetProperty("bytesize", out var told) ? told.GetInt64() : 0;
        if (size != log.Length || TraceChecksum.Read(output.GetProperty("checksum").GetString()) != Crc32.Append(0, log))
            return new Reply(412, "", ("Job-Status", JobStatus));
        Demand(call, call.Json.GetProperty("checksum").GetString() == output.GetProperty("checksum").GetString(), "checksum");
        _ends[id].TrySetResult(call);
        return new Reply(200, "200", ("Job-Status", state!));
    }

    private Reply Append(Call call, long id)
    {
        Demand(call, call.Headers.GetValueOrDefault("JOB-TOKEN") == _tokens[id], "JOB-TOKEN");
        Demand(call, call.Headers.GetValueOrDefault("Content-Type") == "text/plain", "Content-Type");
        Demand(call, call.Query is "?debug_trace=false" or "?debug_trace=true", "debug_trace");
        Demand(call, call.Body.Length is > 0 and <= 1024 * 1024, "length");
        var range = call.Headers["Content-Range"].Split('-').Select(long.Parse).ToArray();
        Demand(call, range.Length == 2 && range[1] - range[0] + 1 == call.Body.Length, "Content-Range " + call.Headers["Content-Range"]);
        lock (_gate)
        {
            var log = _logs[id];
            if (range[0] != log.Length)
                return new Reply(416, "", ("Job-Status", JobStatus), ("Range", $"0-{log.Length}"));
            log.Write(call.Body);
            return new Reply(202, "0", ("Job-Status", JobStatus), ("Range", $"0-{log.Length}"), ("X-GitLab-Trace-Update-Interval", "3"));
        }
    }

    private Reply Upload(Call call)
    {
        Demand(call, call.Headers.GetValueOrDefault("JOB-TOKEN") == _tokens[IdOf(call)], "JOB-TOKEN");
        var (name, content) = FormFile(call);
        Uploads[$"{call.Query} {name}"] = content;
        return new Reply(201, "{\"message\":\"201 Created\"}");
    }

    /// <summary>The only part of a form.</summary>
    public static (string Name, byte[] Content) FormFile(Call call)
    {
        var type = FormType().Match(call.Headers["Content-Type"]);
        var text = Encoding.Latin1.GetString(call.Body);
        var parts = text.Split("--" + type.Groups[1].Value);
        if (!type.Success || parts is not ["", var part, "--\r\n"])
            throw new InvalidDataException("not one part: " + text);
        var file = FormPart().Match(part);
        return file.Success
            ? (file.Groups[1].Value, Encoding.Latin1.GetBytes(part[file.Length..^2]))
            : throw new InvalidDataException("not the part file: " + part[..Math.Min(400, part.Length)]);
    }

    private static long IdOf(Call call) => long.Parse(call.Path.Split('/')[4]);

    private void Demand(Call call, bool holds, string what)
    {
        if (!holds)
            Faults.Enqueue($"{call.Method} {call.Path}{call.Query}: {what}");
    }

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex RequestId();

    [GeneratedRegex("^multipart/form-data; boundary=([0-9a-zA-Z]+)$")]
    private static partial Regex FormType();

    [GeneratedRegex(
        "^\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data; name=\"file\"; filename=\"((?:[^\"\\\\]|\\\\.)*)\"\r\n\r\n"
    )]
    private static partial Regex FormPart();
}
