namespace Slipway.Compiler.Rules;

/// <summary>The plain wildcards of Git paths in GitLab (<c>cache:key:files</c>): <c>*</c> within a folder, <c>**</c> across folders, all else itself.</summary>
internal sealed class Wildcard
{
    private const char Within = '\uE000';
    private const char Across = '\uE001';

    private readonly string _pattern;

    public Wildcard(string pattern) =>
        _pattern = pattern.Replace("**", Across.ToString(), StringComparison.Ordinal).Replace('*', Within);

    /// <summary>The whole path. Time is bounded by the product of the lengths.</summary>
    public bool IsMatch(string path)
    {
        var reachable = new bool[_pattern.Length + 1];
        reachable[0] = true;
        Skip(reachable);
        foreach (var c in path)
        {
            for (var p = _pattern.Length; p > 0; p--)
                reachable[p] = reachable[p - 1] && _pattern[p - 1] == c || reachable[p] && Takes(_pattern[p - 1], c);
            reachable[0] = false;
            Skip(reachable);
        }

        return reachable[^1];
    }

    private static bool Takes(char wildcard, char c) => wildcard == Across || (wildcard == Within && c != '/');

    private void Skip(bool[] reachable)
    {
        for (var p = 0; p < _pattern.Length; p++)
            if (reachable[p] && _pattern[p] is Within or Across)
                reachable[p + 1] = true;
    }
}
