using Microsoft.AspNetCore.Http;
using Slipway.Server.Registry.Tokens;

namespace Slipway.Server.Registry.Proxy;

/// <summary>A request for an image of another registry, let in.</summary>
/// <param name="Owner">The group it is cached for; <see cref="Mirror"/>: the mirror.</param>
internal sealed record ProxyCall(HttpContext Http, long Owner, UpstreamImage Image)
{
    /// <summary>Whose what is pulled through the mirror is: nobody's.</summary>
    public const long Mirror = 0;

    public HttpResponse Response => Http.Response;
    public CancellationToken Ct => Http.RequestAborted;
    public bool IsHead => HttpMethods.IsHead(Http.Request.Method);

    /// <summary>The same call, to what gives the bytes of the server's own images. It is let in, and asks nobody whose they are.</summary>
    public RegistryCall AsOwn() => new(Http, new Pass([], false, 0), new RegistryPlace(0, "", Image.Name));
}
