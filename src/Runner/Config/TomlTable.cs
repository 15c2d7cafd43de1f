namespace Slipway.Runner.Config;

/// <summary>A value of a TOML document: a string, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, <see cref="DateTimeOffset"/>, a list of such, or a <see cref="TomlTable"/>.</summary>
/// <param name="Line">Of the key, from 1.</param>
/// <param name="Column">Of the key, from 1.</param>
internal readonly record struct TomlEntry(object Value, int Line, int Column);

/// <summary>A table of a TOML document, in the order written.</summary>
internal sealed class TomlTable
{
    private readonly Dictionary<string, TomlEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Written inline, or named by a header of its own: TOML lets nobody add to it again.</summary>
    public bool Closed { get; set; }

    public IReadOnlyDictionary<string, TomlEntry> Entries => _entries;

    public bool TryAdd(string key, TomlEntry entry) => _entries.TryAdd(key, entry);
}

/// <summary>The text is not TOML. Caught where a file is read, and told with file and place.</summary>
internal sealed class TomlSyntaxException(string message, int line, int column) : Exception(message)
{
    public int Line { get; } = line;
    public int Column { get; } = column;
}
