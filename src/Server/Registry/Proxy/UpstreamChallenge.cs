namespace Slipway.Server.Registry.Proxy;

/// <summary>How another registry wants to be signed in to, from its <c>WWW-Authenticate</c>. https://distribution.github.io/distribution/spec/auth/token/</summary>
internal abstract record UpstreamChallenge
{
    /// <summary>Longer ones are none.</summary>
    private const int Longest = 4096;

    private UpstreamChallenge() { }

    public sealed record Basic : UpstreamChallenge;

    /// <param name="Realm">Where tokens are to be had.</param>
    public sealed record Bearer(Uri Realm, string? Service) : UpstreamChallenge;

    /// <returns>Nothing when it is neither.</returns>
    public static UpstreamChallenge? Parse(string? text)
    {
        if (text is null || text.Length > Longest)
            return null;
        if (text.StartsWith("Basic", StringComparison.OrdinalIgnoreCase))
            return new Basic();
        return
            text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            && Uri.TryCreate(Part(text, "realm"), UriKind.Absolute, out var realm)
            ? new Bearer(realm, Part(text, "service"))
            : null;
    }

    private static string? Part(string text, string name)
    {
        var at = text.IndexOf(name + "=\"", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return null;
        var from = at + name.Length + 2;
        var end = text.IndexOf('"', from);
        return end < 0 ? null : text[from..end];
    }
}
