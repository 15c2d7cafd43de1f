namespace Slipway.Server.Blobs;

/// <summary>
/// Gives up a bucket that says nothing for too long: before it answers, and in the middle of an answer. The library's own limit ends with an answer's headers, and
/// what comes behind them it reads on a thread that nothing can call back; so here all that is no blob is read before the library sees it. A blob's reader has a
/// limit of its own.
/// </summary>
internal sealed class SilenceLimit(TimeSpan patience, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, limit.Token);
            if (!IsBlob(request, response))
                await ReadAsync(response, limit);
            return response;
        }
        catch (Exception e)
        {
            response?.Dispose();
            if (e is not OperationCanceledException || cancellationToken.IsCancellationRequested)
                throw;
            // As HttpClient says it of its own limit.
            var silence = $"It said nothing for {patience.TotalSeconds:0.###} s.";
            throw new TaskCanceledException(silence, new TimeoutException(silence, e));
        }
    }

    private static bool IsBlob(HttpRequestMessage request, HttpResponseMessage response) =>
        request.Method == HttpMethod.Get
        && response.IsSuccessStatusCode
        && request.RequestUri!.Query is var query
        && !query.Contains("list-type=", StringComparison.Ordinal)
        && !query.Contains("uploads", StringComparison.Ordinal);

    /// <summary>A bucket that needs long to put an object together sends spaces meanwhile, so what counts is the time since the last byte.</summary>
    private async Task ReadAsync(HttpResponseMessage response, CancellationTokenSource limit)
    {
        var kept = new MemoryStream();
        await using (var body = await response.Content.ReadAsStreamAsync(limit.Token))
        {
            var buffer = new byte[8192];
            for (int read; (read = await body.ReadAsync(buffer, limit.Token)) > 0; limit.CancelAfter(patience))
                kept.Write(buffer, 0, read);
        }

        kept.Position = 0;
        var content = new StreamContent(kept);
        foreach (var (name, values) in response.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        response.Content = content;
    }
}
