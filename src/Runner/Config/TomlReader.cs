namespace Slipway.Runner.Config;

/// <summary>
/// Reads TOML 1.0 (toml.io/en/v1.0.0) into tables. No package that does so can be had. Limits: 1 MiB of text, 64 levels of nesting. Dates and times
/// without an offset are taken as UTC, for nothing in a runner's configuration has them.
/// </summary>
internal sealed class TomlReader
{
    public const int MaxLength = 1 << 20;
    private const int MaxDepth = 64;

    private readonly TomlCursor _at;
    private readonly TomlTable _root = new();
    private readonly HashSet<List<object>> _tableLists = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<TomlTable> _named = new(ReferenceEqualityComparer.Instance);

    private TomlReader(string text) => _at = new TomlCursor(text);

    /// <exception cref="TomlSyntaxException">The text is not TOML, or larger than the limits.</exception>
    public static TomlTable Read(string text)
    {
        if (text.Length > MaxLength)
            throw new TomlSyntaxException("the file is larger than 1 MiB", 1, 1);
        return new TomlReader(text).Document();
    }

    private TomlTable Document()
    {
        var table = _root;
        for (; ; )
        {
            _at.SkipBlank();
            if (_at.AtEnd)
                return _root;
            if (_at.Current == '[')
                table = Header();
            else
                KeyValue(table);
            _at.EndLine();
        }
    }

    private TomlTable Header()
    {
        var (line, column) = (_at.Line, _at.Column);
        _at.Take('[');
        var list = _at.TryTake('[');
        _at.SkipSpaces();
        var path = Key();
        _at.Take(']');
        if (list)
            _at.Take(']');
        var parent = _root;
        for (var i = 0; i < path.Count - 1; i++)
            parent = Below(parent, path[i], line, column);
        return list ? NextOfList(parent, path[^1], line, column) : Named(parent, path[^1], line, column);
    }

    private TomlTable Named(TomlTable parent, string key, int line, int column)
    {
        var table = Below(parent, key, line, column);
        if (!_named.Add(table))
            throw new TomlSyntaxException($"table '{key}' is defined twice", line, column);
        return table;
    }

    private TomlTable NextOfList(TomlTable parent, string key, int line, int column)
    {
        if (!parent.Entries.TryGetValue(key, out var entry))
        {
            entry = new TomlEntry(new List<object>(), line, column);
            parent.TryAdd(key, entry);
            _tableLists.Add((List<object>)entry.Value);
        }
        if (entry.Value is not List<object> list || !_tableLists.Contains(list))
            throw new TomlSyntaxException($"'{key}' is not a list of tables", line, column);
        var next = new TomlTable();
        list.Add(next);
        _named.Add(next);
        return next;
    }

    /// <summary>The table under a key, made when it is not there; of a list of tables, the last one.</summary>
    private TomlTable Below(TomlTable parent, string key, int line, int column)
    {
        if (parent.Closed)
            throw new TomlSyntaxException("an inline table cannot be added to", line, column);
        if (!parent.Entries.TryGetValue(key, out var entry))
        {
            entry = new TomlEntry(new TomlTable(), line, column);
            parent.TryAdd(key, entry);
        }
        return entry.Value switch
        {
            TomlTable { Closed: false } table => table,
            List<object> list when _tableLists.Contains(list) => (TomlTable)list[^1],
            _ => throw new TomlSyntaxException($"'{key}' is not a table", line, column),
        };
    }

    private void KeyValue(TomlTable table, int depth = 0)
    {
        var (line, column) = (_at.Line, _at.Column);
        var path = Key();
        _at.Take('=');
        _at.SkipSpaces();
        for (var i = 0; i < path.Count - 1; i++)
            table = Below(table, path[i], line, column);
        var value = Value(depth);
        if (table.Closed || !table.TryAdd(path[^1], new TomlEntry(value, line, column)))
            throw new TomlSyntaxException($"'{path[^1]}' is given twice", line, column);
    }

    private List<string> Key()
    {
        var path = new List<string>(2);
        do
        {
            _at.SkipSpaces();
            path.Add(_at.Current is '"' or '\'' ? TomlStrings.OneLine(_at) : _at.BareKey());
            _at.SkipSpaces();
            if (path.Count > MaxDepth)
                throw _at.Error("nested too deeply");
        } while (_at.TryTake('.'));
        return path;
    }

    private object Value(int depth)
    {
        if (depth > MaxDepth)
            throw _at.Error("nested too deeply");
        return _at.Current switch
        {
            '"' or '\'' => TomlStrings.Any(_at),
            '[' => Array(depth),
            '{' => InlineTable(depth),
            _ => TomlScalars.Read(_at),
        };
    }

    private List<object> Array(int depth)
    {
        _at.Take('[');
        var list = new List<object>();
        for (; ; )
        {
            _at.SkipBlank();
            if (_at.TryTake(']'))
                return list;
            list.Add(Value(depth + 1));
            _at.SkipBlank();
            if (_at.TryTake(','))
                continue;
            _at.Take(']');
            return list;
        }
    }

    private TomlTable InlineTable(int depth)
    {
        _at.Take('{');
        var table = new TomlTable();
        _at.SkipSpaces();
        if (!_at.TryTake('}'))
        {
            do
            {
                _at.SkipSpaces();
                KeyValue(table, depth + 1);
                _at.SkipSpaces();
            } while (_at.TryTake(','));
            _at.Take('}');
        }
        table.Closed = true;
        return table;
    }
}
