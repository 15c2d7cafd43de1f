namespace Slipway.Compiler.Include;

/// <summary>
/// A wildcard path of <c>include:local</c>: <c>*</c> is anything without a slash, <c>**</c> anything at all, also nothing; every other
/// character is itself. The whole path must match. Not for several threads. (<c>rules:exists</c> and <c>changes</c> have other globs.)
/// </summary>
internal sealed class PathGlob
{
    private readonly List<Step> _steps = [];
    private readonly string _prefix;
    private readonly string _suffix;
    private bool[] _now;
    private bool[] _next;

    /// <summary>A literal character, or one of the two wildcards.</summary>
    private readonly record struct Step(char Literal, bool AnyInFolder, bool Any)
    {
        public bool IsWildcard => AnyInFolder || Any;
    }

    public PathGlob(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '*')
                _steps.Add(new Step(pattern[i], false, false));
            else if (i + 1 < pattern.Length && pattern[i + 1] == '*')
                _steps.Add(new Step('\0', false, Any: pattern[i++] == '*'));
            else
                _steps.Add(new Step('\0', AnyInFolder: true, false));
        }
        _prefix = pattern[..Math.Max(pattern.IndexOf('*'), 0)];
        _suffix = pattern[(pattern.LastIndexOf('*') + 1)..];
        _now = new bool[_steps.Count + 1];
        _next = new bool[_steps.Count + 1];
    }

    /// <summary>Walks all places in the pattern at once, so the time is at most pattern times path.</summary>
    public bool Matches(string path)
    {
        if (!path.StartsWith(_prefix, StringComparison.Ordinal) || !path.EndsWith(_suffix, StringComparison.Ordinal))
            return false;
        Array.Clear(_now);
        Enter(_now, 0);
        foreach (var c in path)
        {
            Array.Clear(_next);
            for (var i = 0; i < _steps.Count; i++)
            {
                if (!_now[i])
                    continue;
                if (_steps[i].Any || (_steps[i].AnyInFolder && c != '/'))
                    Enter(_next, i);
                else if (!_steps[i].IsWildcard && _steps[i].Literal == c)
                    Enter(_next, i + 1);
            }
            (_now, _next) = (_next, _now);
        }
        return _now[_steps.Count];
    }

    /// <summary>Marks a place and those after the wildcards that begin there, which may match nothing.</summary>
    private void Enter(bool[] places, int i)
    {
        places[i] = true;
        while (i < _steps.Count && _steps[i].IsWildcard)
            places[++i] = true;
    }
}
