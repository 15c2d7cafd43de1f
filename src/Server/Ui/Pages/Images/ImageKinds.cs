namespace Slipway.Server.Ui.Pages.Images;

/// <summary>What manifests are, by their media types.</summary>
internal static class ImageKinds
{
    /// <summary>It holds images, mostly one for each platform.</summary>
    public static bool IsIndex(string mediaType) =>
        mediaType is "application/vnd.oci.image.index.v1+json" or "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>What an image's manifest has for its artifact type: the type of its config.</summary>
    public static bool IsImage(string? artifactType) =>
        artifactType is null or "application/vnd.oci.image.config.v1+json" or "application/vnd.docker.container.image.v1+json";
}
