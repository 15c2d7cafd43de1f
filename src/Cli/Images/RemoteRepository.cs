using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.Cli.Images;

/// <summary>A manifest as it came.</summary>
internal sealed record RemoteManifest(byte[] Content, string MediaType, string Digest);

/// <summary>A repository of a registry that speaks the standard. https://github.com/opencontainers/distribution-spec/blob/main/spec.md</summary>
internal sealed partial class RemoteRepository(RegistryDoor door, string name)
{
    private const int LargestManifest = 4 << 20;
    private const int LargestPage = 16 << 20;
    private const int MostPages = 10_000;

    private static readonly string[] Types =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.artifact.manifest.v1+json",
    ];

    public string Name => name;

    public Uri Registry => door.Registry;

    /// <summary>All names of a list, however many pages it has.</summary>
    /// <param name="path">Behind <c>/v2/</c>.</param>
    /// <param name="key">The list's name in the answer.</param>
    public static async Task<IReadOnlyList<string>> ListAsync(RegistryDoor door, string path, string key, CancellationToken ct)
    {
        var names = new List<string>();
        var next = new Uri(door.Registry, $"/v2/{path}");
        for (var page = 0; page < MostPages; page++)
        {
            var address = next;
            using var answer = await door.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), ct);
            if (!answer.IsSuccessStatusCode)
                throw await door.WhyAsync(answer, ct);
            using var json = await JsonAsync(door, answer, ct);
            if (json.RootElement.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array)
                names.AddRange(list.EnumerateArray().Select(one => one.ToString()));
            if (Next(answer) is not { } link)
                return names;
            next = new Uri(address, link);
            if (next.Authority != door.Registry.Authority)
                return names;
        }

        return names;
    }

    public Task<IReadOnlyList<string>> TagsAsync(CancellationToken ct) => ListAsync(door, $"{name}/tags/list", "tags", ct);

    /// <param name="reference">A tag or a digest; what comes by digest is what was asked for.</param>
    public async Task<RemoteManifest> ManifestAsync(string reference, CancellationToken ct)
    {
        using var answer = await door.SendAsync(() => Accepting(HttpMethod.Get, reference), ct);
        if (!answer.IsSuccessStatusCode)
            throw await door.WhyAsync(answer, ct);
        var content = await RegistryDoor.ReadAsync(answer.Content, LargestManifest, ct) ?? throw Wrong("the manifest is too large");
        var digest = DigestOf(content, reference.StartsWith("sha512:", StringComparison.Ordinal));
        if (reference.Contains(':') && reference != digest)
            throw Wrong($"what came for {reference} is {digest}");
        return answer.Content.Headers.ContentType?.MediaType is { } type
            ? new RemoteManifest(content, type, digest)
            : throw Wrong($"it does not say what {reference} is");
    }

    /// <returns>Descriptors of what refers to a manifest, as JSON; from the tag that clients keep where the registry does not know.</returns>
    public async Task<IReadOnlyList<string>> ReferrersAsync(string digest, CancellationToken ct)
    {
        try
        {
            return await ListAsync(door, $"{name}/referrers/{digest}", "manifests", ct);
        }
        catch (RegistryException e) when (e.ExitCode == ExitCode.NotFound)
        {
            return await TaggedReferrersAsync(digest, ct);
        }
    }

    /// <summary>Adds to the tag that clients keep.</summary>
    /// <param name="descriptors">As JSON.</param>
    public async Task TagReferrersAsync(string digest, IReadOnlyList<string> descriptors, CancellationToken ct) =>
        await PutAsync(ReferrersTag.Merge(await TaggedReferrersAsync(digest, ct), descriptors), ReferrersTag.Of(digest), ct);

    private async Task<IReadOnlyList<string>> TaggedReferrersAsync(string digest, CancellationToken ct)
    {
        try
        {
            return ReferrersTag.Read(await ManifestAsync(ReferrersTag.Of(digest), ct));
        }
        catch (RegistryException e) when (e.ExitCode == ExitCode.NotFound)
        {
            return [];
        }
    }

    /// <returns>Whether the registry has understood what it refers to, if it does.</returns>
    public async Task<bool> PutAsync(RemoteManifest manifest, string reference, CancellationToken ct)
    {
        using var answer = await door.SendAsync(
            () =>
            {
                var content = new ByteArrayContent(manifest.Content);
                content.Headers.ContentType = new MediaTypeHeaderValue(manifest.MediaType);
                return new HttpRequestMessage(HttpMethod.Put, Of("manifests/" + reference)) { Content = content };
            },
            ct
        );
        if (!answer.IsSuccessStatusCode)
            throw await door.WhyAsync(answer, ct);
        return answer.Headers.Contains("OCI-Subject");
    }

    /// <returns>False when it is not there.</returns>
    public async Task<bool> DeleteAsync(string reference, CancellationToken ct)
    {
        using var answer = await door.SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, Of("manifests/" + reference)), ct);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return false;
        return answer.IsSuccessStatusCode ? true : throw await door.WhyAsync(answer, ct);
    }

    public async Task<bool> HasBlobAsync(string digest, CancellationToken ct)
    {
        using var answer = await door.SendAsync(() => new HttpRequestMessage(HttpMethod.Head, Of("blobs/" + digest)), ct);
        return answer.IsSuccessStatusCode;
    }

    /// <returns>The answer, whose content is the blob. Whoever asks disposes it.</returns>
    public async Task<HttpResponseMessage> OpenBlobAsync(string digest, CancellationToken ct)
    {
        var answer = await door.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Of("blobs/" + digest)), ct);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await door.WhyAsync(answer, ct);
    }

    /// <summary>Begins an upload, or takes the blob from another repository of the same registry.</summary>
    /// <param name="from">Nothing: from nowhere.</param>
    /// <returns>Where its bytes go; nothing when it is there already.</returns>
    public async Task<Uri?> BeginAsync(string digest, string? from, CancellationToken ct)
    {
        var mount = from is null ? "" : $"?mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(from)}";
        using var answer = await door.SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Of("blobs/uploads/" + mount)), ct);
        if (answer.StatusCode == HttpStatusCode.Created)
            return null;
        if (!answer.IsSuccessStatusCode || answer.Headers.Location is not { } location)
            throw await door.WhyAsync(answer, ct);
        return new Uri(Of("blobs/uploads/"), location);
    }

    public async Task UploadAsync(Uri upload, string digest, Stream bytes, long length, CancellationToken ct)
    {
        var mark = upload.Query.Length > 0 ? "&" : "?";
        using var answer = await door.SendAsync(
            () =>
            {
                var content = new StreamContent(bytes, 128 * 1024);
                content.Headers.ContentLength = length;
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                return new HttpRequestMessage(HttpMethod.Put, $"{upload}{mark}digest={Uri.EscapeDataString(digest)}") { Content = content };
            },
            ct
        );
        if (!answer.IsSuccessStatusCode)
            throw await door.WhyAsync(answer, ct);
    }

    /// <summary>The digest that names these bytes.</summary>
    public static string DigestOf(byte[] content, bool isLong = false) =>
        isLong
            ? "sha512:" + Convert.ToHexStringLower(SHA512.HashData(content))
            : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private Uri Of(string what) => new(door.Registry, $"/v2/{name}/{what}");

    private HttpRequestMessage Accepting(HttpMethod method, string reference)
    {
        var request = new HttpRequestMessage(method, Of("manifests/" + reference));
        foreach (var type in Types)
            request.Headers.Accept.ParseAdd(type);
        return request;
    }

    private static async Task<JsonDocument> JsonAsync(RegistryDoor door, HttpResponseMessage answer, CancellationToken ct)
    {
        var body = await RegistryDoor.ReadAsync(answer.Content, LargestPage, ct);
        try
        {
            var json = JsonDocument.Parse(body ?? []);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RegistryException(ExitCode.Failed, $"{door.Registry.Authority} is no registry that can be understood");
        }
    }

    private RegistryException Wrong(string what) => new(ExitCode.Failed, $"{door.Registry.Authority}: {what}");

    private static string? Next(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links) && NextLink().Match(string.Join(", ", links)) is { Success: true } match
            ? match.Groups[1].Value
            : null;

    [GeneratedRegex("""<([^<>]{1,4000})>\s{0,9};\s{0,9}rel="?next""")]
    private static partial Regex NextLink();
}
