namespace Slipway.Compiler.Include;

/// <summary>
/// A wildcard path of <c>include:local</c>: <c>*</c> is anything without a slash, <c>**</c> anything at all, also nothing; every other
/// character is itself. The whole path must match. (<c>rules:exists</c> and <c>changes</c> have other globs.)
/// </summary>
internal sealed class PathGlob
{
    private readonly List<Step> _steps = [];

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
    }

    /// <summary>Walks all places in the pattern at once, so the time is at most pattern times path.</summary>
    public bool Matches(string path)
    {
        var now = new bool[_steps.Count + 1];
        var next = new bool[_steps.Count + 1];
        Enter(now, 0);
        foreach (var c in path)
        {
            Array.Clear(next);
            for (var i = 0; i < _steps.Count; i++)
            {
                if (!now[i])
                    continue;
                if (_steps[i].Any || (_steps[i].AnyInFolder && c != '/'))
                    Enter(next, i);
                else if (!_steps[i].IsWildcard && _steps[i].Literal == c)
                    Enter(next, i + 1);
            }
            (now, next) = (next, now);
        }
        return now[_steps.Count];
    }

    /// <summary>Marks a place and those after the wildcards that begin there, which may match nothing.</summary>
    private void Enter(bool[] places, int i)
    {
        places[i] = true;
        while (i < _steps.Count && _steps[i].IsWildcard)
            places[++i] = true;
    }
}
