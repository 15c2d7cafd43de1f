namespace Slipway.Server.Registry;

/// <summary>What repositories and tags may be called. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests</summary>
internal static class ImageNames
{
    private const int LongestName = 255;
    private const int LongestTag = 128;

    /// <summary>Words of <c>a-z0-9</c>, separated by <c>/</c>, and within by a dot, one or two underscores, or dashes.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.Split('/').All(IsWord);

    public static bool IsTag(string tag) =>
        tag.Length is > 0 and <= LongestTag
        && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
        && tag[0] is not ('.' or '-');

    private static bool IsWord(string word)
    {
        var at = 0;
        while (true)
        {
            var from = at;
            while (at < word.Length && (char.IsAsciiLetterLower(word[at]) || char.IsAsciiDigit(word[at])))
                at++;
            if (at == from)
                return false;
            if (at == word.Length)
                return true;
            from = at;
            while (at < word.Length && (word[at] is '.' or '_' or '-') && word[at] == word[from])
                at++;
            if (at == from || (word[from] == '.' && at - from > 1) || (word[from] == '_' && at - from > 2))
                return false;
        }
    }
}
