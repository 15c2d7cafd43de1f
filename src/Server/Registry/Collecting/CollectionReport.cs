namespace Slipway.Server.Registry.Collecting;

/// <summary>What a round of collecting did, and what it leaves for a later one.</summary>
/// <param name="Repositories">That were looked at.</param>
/// <param name="Manifests">That were removed.</param>
/// <param name="Blobs">That were taken from a repository.</param>
/// <param name="FreedBytes">Of the blobs among them that no repository has any more. The store gives up their bytes within a day or two.</param>
/// <param name="WaitingManifests">That nothing keeps, and whose grace is not over.</param>
/// <param name="WaitingBlobs">That no manifest needs, and whose grace is not over.</param>
/// <param name="WaitingBytes">Of the blobs that wait; one that two repositories have counts twice.</param>
internal sealed record CollectionReport(
    long Repositories,
    long Manifests,
    long Blobs,
    long FreedBytes,
    long WaitingManifests,
    long WaitingBlobs,
    long WaitingBytes
)
{
    public static readonly CollectionReport Nothing = new(0, 0, 0, 0, 0, 0, 0);

    public static CollectionReport operator +(CollectionReport one, CollectionReport other) =>
        new(
            one.Repositories + other.Repositories,
            one.Manifests + other.Manifests,
            one.Blobs + other.Blobs,
            one.FreedBytes + other.FreedBytes,
            one.WaitingManifests + other.WaitingManifests,
            one.WaitingBlobs + other.WaitingBlobs,
            one.WaitingBytes + other.WaitingBytes
        );
}
