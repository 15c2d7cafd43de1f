using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Artifacts;

namespace Slipway.Runner.Coordinator;

/// <summary>A job's archives and reports on their way to the coordinator and from it (runner-protocol §8.1, §8.3).</summary>
/// <param name="direct"><c>FF_USE_DIRECT_DOWNLOAD</c>: the coordinator may send us to where the archive really lies.</param>
internal sealed class ArtifactTransfer(CoordinatorHttp http, JobPayload payload, bool direct, TimeProvider time)
{
    private const int Tries = 3;
    private const int TriesWhenBusy = 6;
    private const int Downloads = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DownloadPause = TimeSpan.FromSeconds(1);

    /// <param name="content">Read from its beginning, as often as it takes.</param>
    /// <exception cref="JobFailedException">It is not taken.</exception>
    public async Task SendAsync(JobArtifact artifact, string name, Stream content, CancellationToken ct)
    {
        var address = new Uri(http.Api, $"jobs/{payload.Id}/artifacts{Query(artifact)}");
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var (status, message, moved) = await TrySendAsync(address, name, content, ct);
            if (status == HttpStatusCode.Created)
                return;
            if (status == HttpStatusCode.Forbidden)
                throw Refused($"permission denied: {message}");
            if (status == HttpStatusCode.RequestEntityTooLarge)
                throw Refused($"too large: {message}");
            if (attempt >= (status == HttpStatusCode.ServiceUnavailable ? TriesWhenBusy : Tries))
                throw Refused(message);
            if (moved is not null)
            {
                address = new Uri(new Uri(moved.GetLeftPart(UriPartial.Authority)), address.PathAndQuery);
                continue;
            }

            await Task.Delay(pause, time, ct);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }

        JobFailedException Refused(string why) =>
            new(FailureReason.Script, $"uploading artifacts as \"{artifact.ArtifactType}\" to coordinator failed: {why}", 1);
    }

    /// <returns>The archive, at its beginning; <see langword="null"/>: there is none any more.</returns>
    /// <exception cref="JobFailedException">We may not have it, or cannot.</exception>
    public async Task<Stream?> FetchAsync(JobDependency dependency, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            string message;
            try
            {
                using var response = await AskAsync(dependency, direct && attempt == 1, ct);
                switch (response.StatusCode)
                {
                    case HttpStatusCode.OK:
                        return await StoreAsync(response, ct);
                    case HttpStatusCode.NotFound:
                        return null;
                    case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                        throw new JobFailedException(
                            FailureReason.Script,
                            $"permission denied to download the artifacts of {dependency.Name}: {await CoordinatorClient.MessageAsync(response, ct)}",
                            1
                        );
                    default:
                        message = await CoordinatorClient.MessageAsync(response, ct);
                        break;
                }
            }
            catch (Exception e) when (CoordinatorClient.IsTrouble(e, ct))
            {
                message = CoordinatorClient.Words(e);
            }

            if (attempt >= Downloads)
                throw new JobFailedException(FailureReason.Script, $"downloading the artifacts of {dependency.Name} failed: {message}", 1);
            await Task.Delay(DownloadPause, time, ct);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(JobDependency dependency, bool directly, CancellationToken ct)
    {
        var address = new Uri(http.Api, $"jobs/{dependency.Id}/artifacts{(directly ? "?direct_download=true" : "")}");
        return await http.SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Add(WireHeader.JobToken, dependency.Token);
                return request;
            },
            follow: true,
            ct
        );
    }

    private static async Task<Stream> StoreAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var file = TemporaryFile.Create();
        try
        {
            await response.Content.CopyToAsync(file, ct);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task<(HttpStatusCode? Status, string Message, Uri? Moved)> TrySendAsync(
        Uri address,
        string name,
        Stream content,
        CancellationToken ct
    )
    {
        try
        {
            using var response = await http.SendAsync(
                () =>
                {
                    content.Position = 0;
                    var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Form(name, content) };
                    request.Headers.Add(WireHeader.JobToken, payload.Token);
                    return request;
                },
                follow: false,
                ct
            );
            var moved = response.StatusCode == HttpStatusCode.RedirectKeepVerb ? CoordinatorHttp.Target(address, response) : null;
            return (response.StatusCode, await CoordinatorClient.MessageAsync(response, ct), moved);
        }
        catch (Exception e) when (CoordinatorClient.IsTrouble(e, ct))
        {
            return (null, CoordinatorClient.Words(e), null);
        }
    }

    /// <summary>One part named <c>file</c> and nothing else: GitLab refuses any other field.</summary>
    private static MultipartFormDataContent Form(string name, Stream content)
    {
        var boundary = Guid.NewGuid().ToString("N");
        var form = new MultipartFormDataContent(boundary);
        // .NET writes the boundary in quotes, which not every reader takes off.
        form.Headers.Remove("Content-Type");
        form.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=" + boundary);
        var file = new StreamContent(new KeptOpen(content));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{Quoted(name)}\"");
        form.Add(file);
        return form;
    }

    /// <summary>As Go and browsers write it. Headers are sent as Latin 1, so UTF-8 goes byte by byte.</summary>
    private static string Quoted(string name)
    {
        var plain = name.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);
        return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(plain));
    }

    private static string Query(JobArtifact artifact)
    {
        var query = new List<string>(3);
        foreach (
            var (key, value) in (ReadOnlySpan<(string, string?)>)
                [("artifact_format", artifact.ArtifactFormat), ("artifact_type", artifact.ArtifactType), ("expire_in", artifact.ExpireIn)]
        )
            if (value is { Length: > 0 })
                query.Add($"{key}={Uri.EscapeDataString(value)}");
        return query.Count > 0 ? "?" + string.Join('&', query) : "";
    }
}
