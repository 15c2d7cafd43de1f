namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>
/// Places where a key without <c>?</c> may have begun, one for each level of flow collections. Such a key stands on one line and has at
/// most 1,024 characters; one that stands where only a key can (at a mapping's own indentation) must get its <c>:</c>.
/// </summary>
internal sealed class SimpleKeys
{
    private const int Longest = 1024;

    /// <param name="Token">The number of the token the key begins with.</param>
    internal readonly record struct Candidate(int Token, Mark At, bool Required);

    private readonly List<Candidate?> _levels = [null];

    /// <summary>No level below this one has a candidate; keeps the checks from walking deep stacks again and again.</summary>
    private int _lowest = int.MaxValue;

    public void EnterFlow() => _levels.Add(null);

    public void LeaveFlow() => _levels.RemoveAt(_levels.Count - 1);

    public void Save(Candidate key)
    {
        Remove();
        _levels[^1] = key;
        _lowest = Math.Min(_lowest, _levels.Count - 1);
    }

    /// <summary>The innermost level's candidate is no key after all.</summary>
    public void Remove()
    {
        if (_levels[^1] is { Required: true } key)
            throw MissingColon(key.At, key.At);
        _levels[^1] = null;
    }

    public Candidate? TakeCandidate()
    {
        var key = _levels[^1];
        _levels[^1] = null;
        return key;
    }

    public bool MayBegin(int token)
    {
        for (var i = Start(); i < _levels.Count; i++)
        {
            if (_levels[i] is { } key && key.Token == token)
                return true;
        }
        return false;
    }

    /// <summary>Gives up candidates of earlier lines and those that are too long.</summary>
    public void DropStale(TextCursor cursor)
    {
        for (var i = Start(); i < _levels.Count; i++)
        {
            if (_levels[i] is not { } key || (key.At.Line == cursor.Line && key.At.Index + Longest >= cursor.Index))
                continue;
            if (key.Required)
                throw MissingColon(key.At, cursor.Mark);
            _levels[i] = null;
        }
    }

    private int Start()
    {
        while (_lowest < _levels.Count && _levels[_lowest] is null)
            _lowest++;
        return _lowest;
    }

    private static YamlSyntaxException MissingColon(Mark key, Mark at) =>
        new("while scanning a simple key", key, "could not find expected ':'", at);
}
