namespace Slipway.Cli.Images;

/// <summary>What a copy has done so far.</summary>
internal sealed record CopyCount
{
    public int Manifests { get; init; }

    /// <summary>Of them, those that came because they refer to another.</summary>
    public int Referrers { get; init; }

    public int Copied { get; init; }
    public int There { get; init; }
    public int Mounted { get; init; }

    /// <summary>Bytes of blobs that went over the wire.</summary>
    public long Bytes { get; init; }
}

/// <summary>
/// Copies an image from one repository to another, of the same registry or not: an index with all it holds; blobs before the manifests that name them, and indexes last,
/// so that whatever stands there can be pulled at every moment. What is there already is not sent again.
/// </summary>
/// <param name="withReferrers">Also what refers to what is copied, signatures say, and to that; all of it before a tag is moved.</param>
/// <param name="tell">Told of each blob: its digest, its bytes, and how many of them are there; the last word has all.</param>
internal sealed class ImageCopy(RemoteRepository from, RemoteRepository to, bool withReferrers, Action<string, long, long> tell)
{
    /// <summary>Indexes within indexes.</summary>
    private const int Deepest = 8;

    private readonly HashSet<string> _done = [];

    public CopyCount Count { get; private set; } = new();

    /// <param name="target">A tag, or the digest of what is copied.</param>
    /// <exception cref="RegistryException">It went wrong; what has been copied stays.</exception>
    public async Task RunAsync(RemoteManifest manifest, string target, CancellationToken ct)
    {
        _done.Add(manifest.Digest);
        await RunAsync(manifest, withReferrers ? manifest.Digest : target, 0, ct);
        if (withReferrers && target != manifest.Digest)
            await to.PutAsync(manifest, target, ct);
    }

    /// <returns>Whether the registry has understood what it refers to.</returns>
    private async Task<bool> RunAsync(RemoteManifest manifest, string target, int depth, CancellationToken ct)
    {
        var text = ImageText.Read(manifest);
        if (depth > Deepest)
            throw new RegistryException(ExitCode.Failed, $"{manifest.Digest} is nested too deep");
        foreach (var child in text.Manifests)
            if (_done.Add(child.Digest))
                await RunAsync(await from.ManifestAsync(child.Digest, ct), child.Digest, depth + 1, ct);
        foreach (var blob in text.Blobs.Append(text.Config).OfType<ImagePart>().Where(blob => !blob.IsElsewhere))
            if (_done.Add(blob.Digest))
                await BlobAsync(blob, ct);
        var isUnderstood = await to.PutAsync(manifest, target, ct);
        Count = Count with { Manifests = Count.Manifests + 1 };
        if (withReferrers)
            await ReferrersAsync(manifest.Digest, depth, ct);
        return isUnderstood;
    }

    private async Task ReferrersAsync(string subject, int depth, CancellationToken ct)
    {
        var toTag = new List<string>();
        foreach (var descriptor in await from.ReferrersAsync(subject, ct))
        {
            var digest = ReferrersTag.DigestOf(descriptor);
            if (!_done.Add(digest))
                continue;
            if (!await RunAsync(await from.ManifestAsync(digest, ct), digest, depth + 1, ct))
                toTag.Add(descriptor);
            Count = Count with { Referrers = Count.Referrers + 1 };
        }

        if (toTag.Count > 0)
            await to.TagReferrersAsync(subject, toTag, ct);
    }

    private async Task BlobAsync(ImagePart blob, CancellationToken ct)
    {
        if (await to.HasBlobAsync(blob.Digest, ct))
        {
            Count = Count with { There = Count.There + 1 };
            tell(blob.Digest, blob.Size, blob.Size);
            return;
        }

        if (await to.BeginAsync(blob.Digest, from.Registry == to.Registry ? from.Name : null, ct) is not { } upload)
        {
            Count = Count with { Mounted = Count.Mounted + 1 };
            tell(blob.Digest, blob.Size, blob.Size);
            return;
        }

        using var answer = await from.OpenBlobAsync(blob.Digest, ct);
        await using var bytes = new CountedStream(await answer.Content.ReadAsStreamAsync(ct), sent => tell(blob.Digest, blob.Size, sent));
        await to.UploadAsync(upload, blob.Digest, bytes, blob.Size, ct);
        Count = Count with { Copied = Count.Copied + 1, Bytes = Count.Bytes + blob.Size };
        tell(blob.Digest, blob.Size, blob.Size);
    }
}
