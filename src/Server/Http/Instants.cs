namespace Slipway.Server.Http;

internal static class Instants
{
    /// <summary>From a row's unix milliseconds.</summary>
    public static DateTimeOffset Instant(this long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? Instant(this long? milliseconds) => milliseconds?.Instant();

    /// <summary>Now, as rows hold it.</summary>
    public static long Milliseconds(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();
}
