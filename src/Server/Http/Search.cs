namespace Slipway.Server.Http;

/// <summary>Words that somebody looks for, as <c>LIKE</c> takes them.</summary>
internal static class Search
{
    private const int MaxLength = 200;

    /// <summary>Goes behind <c>LOWER(column) LIKE @…</c>: what the words hold of <c>%</c>, <c>_</c> and <c>\</c> means itself.</summary>
    public const string Escape = """ESCAPE '\'""";

    /// <summary>A pattern that finds the words anywhere, in any case.</summary>
    public static string Pattern(string words)
    {
        var plain = (words.Length > MaxLength ? words[..MaxLength] : words).Replace("\0", "").ToLowerInvariant();
        return "%" + plain.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%";
    }
}
