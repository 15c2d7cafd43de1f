using Microsoft.AspNetCore.Http;
using Slipway.Server.Registry.Tokens;

namespace Slipway.Server.Registry.Proxy;

/// <summary>The dependency proxy: images of other registries below <c>/v2/GROUP/dependency_proxy/containers/</c>, to be read alone.</summary>
internal sealed class ProxyDoor(
    RegistryLogin login,
    ProxyManifests manifests,
    ProxyBlobs blobs,
    UpstreamDoor upstream,
    ServerOptions options,
    TimeProvider time
)
{
    /// <summary>Bytes of a list of referrers.</summary>
    private const int LargestList = 4 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task<IResult> AnswerAsync(HttpContext http, RegistryPath.In path, ProxyName name)
    {
        if (WhyNot(http, path) is { } refused)
            return refused;
        var asked = (AskedScope[])[new(path.Name, RegistryActions.Pull)];
        var (pass, refusal) = await login.EnterAsync(http, asked, late: false);
        if (pass is null)
            return refusal!;
        return pass.Find(path.Name, RegistryActions.Pull) is { ProxyOf: not 0 and var group }
            ? await AnswerAsync(http, path, group, name.Image)
            : login.Challenge(http, asked, "insufficient_scope");
    }

    /// <summary>The same for everybody, under the images' own names, which containerd completes with <c>?ns=quay.io</c>.</summary>
    public async Task<IResult> MirrorAsync(HttpContext http)
    {
        http.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        if (!http.Request.Path.StartsWithSegments("/v2", out var rest))
            return RegistryError.Failed(StatusCodes.Status404NotFound, "here are images of other registries, and nothing else");
        switch (RegistryPath.Parse(rest.Value ?? ""))
        {
            case RegistryPath.Root:
                return Results.Json(new { });
            case RegistryPath.In path:
                var of = http.Request.Query["ns"].ToString();
                var image = of is "" or RegistryOptions.Upstream.Hub ? path.Name : $"{of}/{path.Name}";
                if (!ImageNames.IsName(image))
                    return RegistryError.NameUnknown;
                return WhyNot(http, path) ?? await AnswerAsync(http, path, ProxyCall.Mirror, image);
            default:
                return RegistryError.Failed(StatusCodes.Status404NotFound, "the registry has no such address");
        }
    }

    private static RegistryError? WhyNot(HttpContext http, RegistryPath.In path)
    {
        if (
            path is RegistryPath.Manifest or RegistryPath.Blob or RegistryPath.Referrers
            && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        )
            return null;
        http.Response.Headers.Allow = "GET, HEAD";
        return RegistryError.Unsupported("images are pulled through the dependency proxy, and neither pushed, deleted nor listed");
    }

    private async Task<IResult> AnswerAsync(HttpContext http, RegistryPath.In path, long owner, string image)
    {
        if (UpstreamImage.Find(options.Registry.Upstreams, image) is not { } found)
            return RegistryError.NameUnknown with { Message = $"this server fetches no images from {image.Split('/')[0]}" };
        var call = new ProxyCall(http, owner, found);
        return path switch
        {
            RegistryPath.Blob blob => await blobs.GetAsync(call, blob.Digest),
            RegistryPath.Manifest manifest => await manifests.GetAsync(call, manifest.Reference),
            RegistryPath.Referrers referrers => await ReferrersAsync(call, referrers.Digest),
            _ => throw new InvalidOperationException(path.GetType().Name),
        };
    }

    /// <summary>Signatures and the like come and go while an image stays the same, so they are asked for each time.</summary>
    private async Task<IResult> ReferrersAsync(ProxyCall call, string digest)
    {
        if (ImageDigest.Parse(digest) is null)
            return RegistryError.DigestInvalid("provided digest is not valid");
        var type = call.Http.Request.Query["artifactType"].ToString();
        var what = $"referrers/{digest}" + (type.Length > 0 ? "?artifactType=" + Uri.EscapeDataString(type) : "");
        var (response, refusal) = await upstream.AskAsync(HttpMethod.Get, call.Image, what, call.Ct);
        if (response is null)
            return refusal!;
        using (response)
        {
            try
            {
                var body = await response.ReadAsync(LargestList + 1, Limit, time, call.Ct);
                if (body.Length > LargestList)
                    return UpstreamRefusal.Failed(502, call.Image, $"has a list of more than {LargestList} bytes");
                if (response.Header("OCI-Filters-Applied") is { } applied && applied.All(c => c is >= ' ' and <= '~'))
                    call.Response.Headers["OCI-Filters-Applied"] = applied;
                return Results.Bytes(body, "application/vnd.oci.image.index.v1+json");
            }
            catch (IOException e)
            {
                return UpstreamRefusal.Failed(502, call.Image, "has broken off: " + e.Message);
            }
        }
    }
}
