using System.Security.Cryptography;
using System.Text;

namespace Slipway.Runner.Cache;

/// <summary>Turns what a user wrote as <c>cache:key</c> into a path that stays where caches lie (runner-protocol §9).</summary>
internal static class CacheKey
{
    /// <returns>A relative path without <c>.</c> or <c>..</c>; empty when nothing is left of the key, and then there is no cache.</returns>
    public static string Sanitize(string key)
    {
        var text = key.Replace("%2f", "/").Replace("%2F", "/").Replace("%2e", ".").Replace("%2E", ".").Replace('\\', '/');
        var parts = new List<string>();
        foreach (var part in text.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }

        while (parts.Count > 0 && (parts[^1] = parts[^1].TrimEnd()).Length == 0)
            parts.RemoveAt(parts.Count - 1);
        return string.Join('/', parts);
    }

    /// <summary><c>FF_HASH_CACHE_KEYS</c>.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
