namespace Slipway.Runner.Artifacts;

/// <summary><c>ARTIFACT_COMPRESSION_LEVEL</c> and <c>CACHE_COMPRESSION_LEVEL</c>.</summary>
internal static class CompressionSetting
{
    /// <returns>A level of zlib's. What is not understood, and nothing, is fast: archives here travel short ways.</returns>
    public static int Level(string? setting) =>
        setting switch
        {
            "fast" => 3,
            "default" => 6,
            "slow" => 7,
            "slowest" => 9,
            _ => 1,
        };
}
