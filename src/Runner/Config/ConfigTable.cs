using System.Collections.Immutable;
using System.Globalization;

namespace Slipway.Runner.Config;

/// <summary>One table of a <c>config.toml</c> while it is read: typed questions, and at the end a warning for each key that nobody asked for.</summary>
/// <param name="path">For messages: <c>runners.docker</c>; empty at the top.</param>
internal sealed class ConfigTable(TomlTable table, string path, List<ConfigProblem> problems)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public string? Text(string key) => Get(key, "a string") as string;

    public string Text(string key, string otherwise) => Text(key) ?? otherwise;

    public bool? Flag(string key) =>
        Ask(key) is { } entry
            ? entry.Value is bool flag
                ? flag
                : Wrong<bool?>(key, entry, "true or false")
            : null;

    public long Number(string key, long otherwise = 0) => NumberOrNull(key) ?? otherwise;

    public long? NumberOrNull(string key) =>
        Ask(key) is { } entry
            ? entry.Value is long whole
                ? whole
                : Wrong<long?>(key, entry, "a whole number")
            : null;

    public int Count(string key, int otherwise = 0) => (int)Math.Clamp(Number(key, otherwise), int.MinValue, int.MaxValue);

    public DateTimeOffset? Instant(string key) =>
        Ask(key) is { } entry
            ? entry.Value is DateTimeOffset at
                ? at
                : Wrong<DateTimeOffset?>(key, entry, "a date and time")
            : null;

    /// <summary>Whole seconds.</summary>
    public TimeSpan Seconds(string key, TimeSpan otherwise) =>
        NumberOrNull(key) is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : otherwise;

    /// <summary>Go's way to write a duration (<c>1h30m</c>), or whole seconds.</summary>
    public TimeSpan? Duration(string key)
    {
        if (Ask(key) is not { } entry)
            return null;
        return entry.Value switch
        {
            long seconds => TimeSpan.FromSeconds(seconds),
            string text when GoDuration.TryParse(text, out var span) => span,
            _ => Wrong<TimeSpan?>(key, entry, "a duration such as \"1h30m\""),
        };
    }

    public ImmutableArray<string> Texts(string key) => Ask(key) is { } entry ? AsTexts(key, entry) : [];

    /// <summary>A string, or a list of them.</summary>
    public ImmutableArray<string> TextOrTexts(string key) =>
        Ask(key) is { } entry
            ? entry.Value is string one
                ? [one]
                : AsTexts(key, entry)
            : [];

    /// <summary>A table of strings; numbers and booleans are taken as written.</summary>
    public ImmutableDictionary<string, string> Map(string key)
    {
        if (Ask(key) is not { } entry)
            return ImmutableDictionary<string, string>.Empty;
        if (entry.Value is not TomlTable map)
            return Wrong<ImmutableDictionary<string, string>>(key, entry, "a table") ?? ImmutableDictionary<string, string>.Empty;
        return map.Entries.ToImmutableDictionary(e => e.Key, e => AsText(e.Value.Value), StringComparer.Ordinal);
    }

    /// <summary>The table under a key; an empty one when it is not there.</summary>
    public ConfigTable Table(string key) => TableOrNull(key) ?? new ConfigTable(new TomlTable(), Below(key), problems);

    public ConfigTable? TableOrNull(string key)
    {
        if (Ask(key) is not { } entry)
            return null;
        return entry.Value is TomlTable below ? new ConfigTable(below, Below(key), problems) : Wrong<ConfigTable>(key, entry, "a table");
    }

    public IEnumerable<ConfigTable> Tables(string key)
    {
        if (Ask(key) is not { } entry)
            return [];
        return entry.Value is List<object> list && list.TrueForAll(item => item is TomlTable)
            ? list.ConvertAll(item => new ConfigTable((TomlTable)item, Below(key), problems))
            : Wrong<IEnumerable<ConfigTable>>(key, entry, "a list of tables") ?? [];
    }

    /// <summary>The keys of this table, each with what it holds; for tables whose keys are the user's own.</summary>
    public IEnumerable<KeyValuePair<string, object>> All()
    {
        foreach (var (key, entry) in table.Entries)
        {
            _asked.Add(key);
            yield return new(key, entry.Value);
        }
    }

    /// <summary>Keys GitLab's runner has that change nothing here.</summary>
    public void Accept(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            _asked.Add(key);
    }

    public void Close()
    {
        foreach (var (key, entry) in table.Entries)
            if (!_asked.Contains(key))
                problems.Add(new ConfigProblem(false, $"unknown key '{Below(key)}' is ignored", entry.Line, entry.Column));
    }

    private static string AsText(object value) =>
        value switch
        {
            string text => text,
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => "",
        };

    private ImmutableArray<string> AsTexts(string key, TomlEntry entry) =>
        entry.Value is List<object> list && list.TrueForAll(item => item is string)
            ? [.. list.Cast<string>()]
            : Wrong<ImmutableArray<string>?>(key, entry, "a list of strings") ?? [];

    private string Below(string key) => path.Length == 0 ? key : $"{path}.{key}";

    private object? Get(string key, string wanted) =>
        Ask(key) is { } entry
            ? entry.Value is string
                ? entry.Value
                : Wrong<object>(key, entry, wanted)
            : null;

    private TomlEntry? Ask(string key)
    {
        _asked.Add(key);
        return table.Entries.TryGetValue(key, out var entry) ? entry : null;
    }

    private T? Wrong<T>(string key, TomlEntry entry, string wanted)
    {
        problems.Add(new ConfigProblem(true, $"'{Below(key)}' should be {wanted}", entry.Line, entry.Column));
        return default;
    }
}
