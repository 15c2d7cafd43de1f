using Slipway.Compiler.Keywords.Durations;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary><c>expire_in</c>: <c>1 week</c>, <c>3 mins 4 sec</c>, a number of seconds, or <c>never</c>.</summary>
internal static class ArtifactExpiry
{
    /// <param name="from">Unix milliseconds.</param>
    /// <param name="otherwise">How long what says nothing, or nothing that can be read, is kept.</param>
    /// <returns>Unix milliseconds; nothing: it never expires.</returns>
    public static long? At(string? expireIn, long from, TimeSpan otherwise)
    {
        var text = expireIn?.Trim() ?? "";
        if (text is "never" or "0")
            return null;
        var seconds = text.Length > 0 && ChronicDuration.TryParse(text, out var given) ? given : otherwise.TotalSeconds;
        return from + (long)(seconds * 1000);
    }
}
