using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Slipway.ServerBench;

/// <summary>A job as a runner has got it.</summary>
internal sealed record Taken(long Id, string Token);

/// <summary>The coordinator's client, without a job being run.</summary>
internal sealed class RunnerDouble(ServerProcess server, string token) : IDisposable
{
    private readonly HttpClient _http = server.Client();
    private string? _lastUpdate;

    // Made once: the client works on the same cores as the server.
    private byte[]? _body;

    /// <summary>Asks once. When there is nothing it may be held; the next time it is, until there is something.</summary>
    /// <returns>Nothing when there is none.</returns>
    public async Task<Taken?> RequestAsync(CancellationToken ct = default)
    {
        using var body = new ByteArrayContent(_body ??= Body());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.PostAsync("/api/v4/jobs/request", body, ct);
        if (answer.StatusCode == HttpStatusCode.Created)
            return Read(await answer.Content.ReadAsByteArrayAsync(CancellationToken.None));

        if (answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.Conflict))
            throw new InvalidOperationException($"jobs/request: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(ct)}");
        if (answer.Headers.TryGetValues("X-GitLab-Last-Update", out var values))
            (_lastUpdate, _body) = (values.First(), null);
        return null;
    }

    /// <summary>No more of the answer than is needed: what the clients do is not what is measured.</summary>
    private static Taken Read(ReadOnlySpan<byte> payload)
    {
        var json = new Utf8JsonReader(payload);
        var (id, token) = ((long?)null, (string?)null);
        while ((id is null || token is null) && json.Read())
        {
            if (json.CurrentDepth != 1 || json.TokenType != JsonTokenType.PropertyName)
                continue;
            var (isId, isToken) = (json.ValueTextEquals("id"), json.ValueTextEquals("token"));
            json.Read();
            if (isId)
                id = json.GetInt64();
            else if (isToken)
                token = json.GetString();
            else
                json.Skip();
        }

        return new Taken(id!.Value, token!);
    }

    private byte[] Body() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                token,
                last_update = _lastUpdate,
                system_id = "s_bench",
                info = new
                {
                    name = "gitlab-runner",
                    version = "19.4.0",
                    platform = "linux",
                    architecture = "amd64",
                    executor = "shell",
                    features = new
                    {
                        variables = true,
                        artifacts = true,
                        cache = true,
                        refspecs = true,
                        masking = true,
                        raw_variables = true,
                    },
                },
            }
        );

    /// <summary>Waits until there is one.</summary>
    public async Task<Taken> TakeAsync()
    {
        while (true)
        {
            if (await RequestAsync() is { } job)
                return job;
        }
    }

    public async Task AppendAsync(Taken job, long start, ReadOnlyMemory<byte> piece)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v4/jobs/{job.Id}/trace")
        {
            Content = new ReadOnlyMemoryContent(piece),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", $"{start}-{start + piece.Length - 1}");
        request.Headers.Add("JOB-TOKEN", job.Token);
        using var answer = await _http.SendAsync(request);
        if (answer.StatusCode != HttpStatusCode.Accepted)
            throw new InvalidOperationException($"trace: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public async Task EndAsync(Taken job, string state = "success")
    {
        using var answer = await _http.PutAsJsonAsync($"/api/v4/jobs/{job.Id}", new { token = job.Token, state });
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"PUT: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public void Dispose() => _http.Dispose();
}
