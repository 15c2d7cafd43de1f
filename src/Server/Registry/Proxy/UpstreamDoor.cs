using Slipway.Server.Outbound;

namespace Slipway.Server.Registry.Proxy;

/// <summary>Asks other registries, and signs in there when they want it.</summary>
internal sealed class UpstreamDoor(OutboundHttp http, UpstreamLogins logins, TimeProvider time)
{
    /// <summary>All that a manifest can be. A registry that is not told gives its oldest form.</summary>
    private const string Manifests =
        "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
        + "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.artifact.manifest.v1+json";

    private const int LargestRefusal = 16 * 1024;

    /// <summary>To the head of an answer.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <param name="what"><c>manifests/latest</c>, <c>blobs/sha256:…</c></param>
    /// <returns>An answer of 200, to be disposed of; or why there is none.</returns>
    public async Task<(OutboundResponse? Response, UpstreamRefusal? Refusal)> AskAsync(
        HttpMethod method,
        UpstreamImage image,
        string what,
        CancellationToken ct
    )
    {
        var sent = logins.Find(image);
        var answer = await OnceAsync(method, image, what, sent, ct);
        // Where a redirect led is no registry of ours: it gets no login, and does not say where one is to be shown.
        if (answer is OutboundAnswer.Opened({ Status: 401, IsElsewhere: false } challenged))
        {
            var challenge = UpstreamChallenge.Parse(challenged.Header("WWW-Authenticate"));
            var (header, refusal) = await logins.RenewAsync(image, challenge, sent, ct);
            if (header is not null || refusal is not null)
                challenged.Dispose();
            if (refusal is not null)
                return (null, refusal);
            if (header is not null)
                answer = await OnceAsync(method, image, what, header, ct);
        }

        if (answer is not OutboundAnswer.Opened(var response))
            return (null, UpstreamRefusal.Of(image, answer));
        if (response.Status == 200)
            return (response, null);
        using (response)
            return (null, UpstreamRefusal.Of(image, what, response, await BodyAsync(response, ct)));
    }

    private Task<OutboundAnswer> OnceAsync(HttpMethod method, UpstreamImage image, string what, string? authorization, CancellationToken ct)
    {
        var headers = new Dictionary<string, string>();
        if (what.StartsWith("manifests/", StringComparison.Ordinal))
            headers["Accept"] = Manifests;
        if (authorization is not null)
            headers["Authorization"] = authorization;
        return http.OpenAsync(method, image.Address(what), headers, Limit, ct);
    }

    private async Task<byte[]> BodyAsync(OutboundResponse response, CancellationToken ct)
    {
        try
        {
            return (await response.ReadAsync(LargestRefusal, Limit, time, ct)).ToArray();
        }
        catch (IOException)
        {
            return [];
        }
    }
}
