using System.Net;

namespace Slipway.Server.Registry;

/// <summary>Bounds of the container registry.</summary>
public sealed partial record RegistryOptions
{
    // The same list each time, so that options that say nothing of it are equal.
    private static readonly IReadOnlyList<Upstream> s_hub = [new(Upstream.Hub, new Uri("https://registry-1.docker.io"))];

    /// <summary>Bytes of a manifest. 4 MiB, which the standard asks of every registry.</summary>
    public int ManifestBytes { get; init; } = 4 << 20;

    /// <summary>Bytes of a blob. 100 GiB.</summary>
    public long BlobBytes { get; init; } = 100L << 30;

    /// <summary>Blobs and manifests that one manifest may name. 4,096; images have some dozens of layers.</summary>
    public int Descriptors { get; init; } = 4096;

    /// <summary>Requests that may bring the bytes of one blob. 10,000.</summary>
    public int Pieces { get; init; } = 10_000;

    /// <summary>How long an upload waits for its next bytes. 1 day.</summary>
    public TimeSpan UploadKeep { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long a token is good for. 5 minutes, as GitLab's; an upload that was begun with it may be ended with it later.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long what no tag keeps, and blobs that no manifest needs, are kept all the same: the time a client has from a layer to its image. 1 day.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Whether who pulls a blob is sent to the bucket for it, with an address that is good for 30 minutes. No: the server passes it on itself. Without a bucket it
    /// does so anyway.
    /// </summary>
    public bool Redirects { get; init; }

    /// <summary>Bytes of blobs that a project may have, unless it has a quota of its own; each counts once. Nothing: as many as there is room for.</summary>
    public long? ProjectBytes { get; init; }

    /// <summary>Registries that the dependency proxy fetches images from. An image that names none is the first one's. Docker Hub.</summary>
    public IReadOnlyList<Upstream> Upstreams { get; init; } = s_hub;

    /// <summary>
    /// Bytes that images of other registries may take, all groups' together and each layer once; beyond that those leave first that nobody has pulled for longest.
    /// 20 GiB.
    /// </summary>
    public long ProxyBytes { get; init; } = 20L << 30;

    /// <summary>Where everybody gets images of those registries under their own names, without a login. Nothing: nowhere.</summary>
    public IPEndPoint? MirrorListen { get; init; }

    /// <summary>How long a pull waits for others to end when as many layers come as may. 30 s: clients give up soon after.</summary>
    public TimeSpan FetchPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long another registry may send nothing before it is given up on. 1 minute.</summary>
    public TimeSpan UpstreamPatience { get; init; } = TimeSpan.FromMinutes(1);
}
