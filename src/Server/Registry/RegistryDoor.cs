using Microsoft.AspNetCore.Http;
using Slipway.Server.Registry.Manifests;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Registry.Uploads;

namespace Slipway.Server.Registry;

/// <summary>A request to the registry, let in.</summary>
/// <param name="Place">The repository that the address names, which may not be there.</param>
internal sealed record RegistryCall(HttpContext Http, Pass Pass, RegistryPlace Place)
{
    public HttpResponse Response => Http.Response;
    public CancellationToken Ct => Http.RequestAborted;

    /// <summary>An address in this repository: <c>blobs/sha256:…</c>. Relative, so that no proxy can make it wrong.</summary>
    public string Address(string what) => $"/v2/{Place.FullName}/{what}";
}

/// <summary>
/// Everything below <c>/v2/</c>: what the address means, what that takes, whether who asks has it, and who answers. The standard is
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md
/// </summary>
internal sealed class RegistryDoor(
    RegistryLogin login,
    BlobCalls blobs,
    UploadCalls uploads,
    ManifestCalls manifests,
    ReferrerCalls referrers,
    ListCalls lists,
    ProxyDoor proxy
)
{
    private const RegistryActions Write = RegistryActions.Pull | RegistryActions.Push;
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public async Task<IResult> AnswerAsync(HttpContext http)
    {
        http.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        var path = RegistryPath.Parse(http.Request.Path.Value!["/v2".Length..]);
        if (path is RegistryPath.Unknown)
            return RegistryError.Failed(StatusCodes.Status404NotFound, "the registry has no such address");
        if (path is RegistryPath.In(var name) && !ImageNames.IsName(name))
            return RegistryError.NameInvalid;
        if (path is RegistryPath.In asWritten && ProxyName.Parse(asWritten.Name) is { } proxied)
            return await proxy.AnswerAsync(http, asWritten, proxied);
        if (Needed(path, http.Request.Method) is not { } needed)
        {
            http.Response.Headers.Allow = string.Join(", ", Methods.Where(method => Needed(path, method) is not null));
            return RegistryError.Unsupported($"{http.Request.Method} is not supported here");
        }

        var asked = Asked(path, needed, http);
        var (pass, refusal) = await login.EnterAsync(http, asked, late: path is RegistryPath.Upload);
        if (pass is null)
            return refusal!;
        switch (path)
        {
            case RegistryPath.Root:
                return Results.Json(new { });
            case RegistryPath.Catalog:
                return pass.Catalog ? await lists.CatalogAsync(http) : login.Challenge(http, asked, "insufficient_scope");
            case RegistryPath.In within:
                if (pass.Find(within.Name, needed) is not { } place)
                    return login.Challenge(http, asked, "insufficient_scope");
                var answer = await AnswerAsync(new RegistryCall(http, pass, place), within);
                // Who comes with an old token for a newer upload gets a new token, and goes on.
                return login.IsOver(pass) && answer is RegistryError error && error == RegistryError.UploadUnknown
                    ? login.Challenge(http, asked, "invalid_token")
                    : answer;
            default:
                throw new InvalidOperationException(path.GetType().Name);
        }
    }

    private Task<IResult> AnswerAsync(RegistryCall call, RegistryPath.In path) =>
        (path, call.Http.Request.Method) switch
        {
            (RegistryPath.Blob blob, "DELETE") => blobs.DeleteAsync(call, blob.Digest),
            (RegistryPath.Blob blob, _) => blobs.GetAsync(call, blob.Digest),
            (RegistryPath.Uploads, _) => uploads.BeginAsync(call),
            (RegistryPath.Upload upload, "PATCH") => uploads.AppendAsync(call, upload.Key),
            (RegistryPath.Upload upload, "PUT") => uploads.FinishAsync(call, upload.Key),
            (RegistryPath.Upload upload, "DELETE") => uploads.CancelAsync(call, upload.Key),
            (RegistryPath.Upload upload, _) => uploads.StatusAsync(call, upload.Key),
            (RegistryPath.Manifest manifest, "PUT") => manifests.PutAsync(call, manifest.Reference),
            (RegistryPath.Manifest manifest, "DELETE") => manifests.DeleteAsync(call, manifest.Reference),
            (RegistryPath.Manifest manifest, _) => manifests.GetAsync(call, manifest.Reference),
            (RegistryPath.Tags, _) => lists.TagsAsync(call),
            (RegistryPath.Referrers of, _) => referrers.ListAsync(call, of.Digest),
            var (other, _) => throw new InvalidOperationException(other.GetType().Name),
        };

    /// <returns>Nothing when this is no call of the standard's.</returns>
    private static RegistryActions? Needed(RegistryPath path, string method) =>
        (path, method) switch
        {
            (RegistryPath.Upload, "PATCH" or "PUT" or "DELETE" or "GET" or "HEAD") => Write,
            (RegistryPath.Uploads, "POST") => Write,
            (RegistryPath.Manifest, "PUT") => Write,
            (RegistryPath.Manifest or RegistryPath.Blob, "DELETE") => RegistryActions.Delete,
            (RegistryPath.Root or RegistryPath.Catalog, "GET" or "HEAD") => RegistryActions.None,
            (RegistryPath.Uploads, _) => null,
            (RegistryPath.In, "GET" or "HEAD") => RegistryActions.Pull,
            _ => null,
        };

    private static List<AskedScope> Asked(RegistryPath path, RegistryActions needed, HttpContext http)
    {
        if (path is RegistryPath.Catalog)
            return [new AskedScope(null, RegistryActions.None)];
        if (path is not RegistryPath.In(var name))
            return [];
        var asked = new List<AskedScope> { new(name, needed) };
        if (path is RegistryPath.Uploads && UploadCalls.MountFrom(http.Request) is { } from && from != name)
            asked.Add(new AskedScope(from, RegistryActions.Pull));
        return asked;
    }
}
