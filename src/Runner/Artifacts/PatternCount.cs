using Slipway.Runner.Traces;

namespace Slipway.Runner.Artifacts;

/// <summary>Tells the log what each pattern of <c>paths</c> has found, in GitLab's words.</summary>
internal sealed class PatternCount
{
    private readonly string _projectDir;
    private readonly bool _untracked;
    private readonly List<(string Pattern, Glob? Glob)> _patterns = [];
    private readonly int[] _counts;
    private int _others;

    public PatternCount(IReadOnlyList<string> paths, bool untracked, string projectDir)
    {
        (_projectDir, _untracked) = (projectDir, untracked);
        foreach (var pattern in paths)
            _patterns.Add((pattern, FileSelector.Below(pattern, projectDir) is { } below ? new Glob(below) : null));
        _counts = new int[_patterns.Count];
    }

    public void Add(string path)
    {
        var known = false;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_patterns[i].Glob is not { } glob || !FileSelector.PicksUpTo(glob, path))
                continue;
            _counts[i]++;
            known = true;
        }

        if (!known)
            _others++;
    }

    public void Tell(JobTrace trace)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            var pattern = _patterns[i].Pattern;
            if (_counts[i] > 0)
                trace.Line($"{pattern}: found {_counts[i]} matching artifact files and directories");
            else
                trace.Warning(
                    $"{pattern}: no matching files. Ensure that the artifact path is relative to the working directory ({_projectDir})"
                );
        }

        if (_untracked)
            trace.Line($"untracked: found {_others} files");
    }
}
