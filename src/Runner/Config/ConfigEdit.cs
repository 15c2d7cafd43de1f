using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Runner.Config;

/// <summary>
/// Changes to a <c>config.toml</c> as a text, so that comments, order and keys that nobody here knows stay as they are. Runners are counted from 0 in
/// the order of the file.
/// </summary>
public static class ConfigEdit
{
    private const string NewFile = """
        concurrent = 1
        check_interval = 0
        connection_max_age = "15m0s"
        shutdown_timeout = 0

        [session_server]
          session_timeout = 1800

        """;

    /// <summary>Adds a <c>[[runners]]</c> block at the end; to an empty text also what gitlab-runner begins a file with.</summary>
    /// <param name="settings">Path below the entry (<c>executor</c>, <c>docker.image</c>) and value, a table's own keys together and in order.</param>
    public static string Add(string text, IReadOnlyList<(string Path, object Value)> settings)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(settings);
        var added = new StringBuilder(text.Trim().Length == 0 ? NewFile : text.TrimEnd('\n') + "\n");
        added.Append("\n[[runners]]\n");
        foreach (var (path, value) in settings.Where(s => !s.Path.Contains('.')))
            added.Append("  ").Append(path).Append(" = ").Append(TomlText.Of(value)).Append('\n');
        foreach (var table in settings.Where(s => s.Path.Contains('.')).GroupBy(s => s.Path[..s.Path.LastIndexOf('.')]))
        {
            var indent = new string(' ', 2 * (1 + table.Key.Split('.').Length));
            added.Append(indent[2..]).Append("[runners.").Append(table.Key).Append("]\n");
            foreach (var (path, value) in table)
                added.Append(indent).Append(path[(table.Key.Length + 1)..]).Append(" = ").Append(TomlText.Of(value)).Append('\n');
        }

        return added.ToString();
    }

    /// <summary>Removes entries, with the comments right above each.</summary>
    public static string Remove(string text, IReadOnlySet<int> runners)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(runners);
        var blocks = TomlBlocks.Runners(text);
        foreach (var number in runners.OrderDescending())
            text = text.Remove(blocks[number].Start, blocks[number].End - blocks[number].Start);
        return text.TrimEnd('\n') + "\n";
    }

    /// <summary>Sets keys of an entry itself: in its place where one is there, else right below the header.</summary>
    public static string Set(string text, int runner, params ReadOnlySpan<(string Key, object Value)> values)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var (key, value) in values)
        {
            var start = TomlBlocks.Runners(text)[runner].Start;
            var end = TomlBlocks.EndOfTable(text, start);
            var line = $"{key} = {TomlText.Of(value)}";
            var old = Regex.Match(text[start..end], $@"^([ \t]*){Regex.Escape(key)}[ \t]*=.*$", RegexOptions.Multiline);
            if (old.Success)
            {
                text = text[..(start + old.Index)] + old.Groups[1].Value + line + text[(start + old.Index + old.Length)..];
                continue;
            }

            var header = text.IndexOf("[[", start, StringComparison.Ordinal);
            var below = text.IndexOf('\n', header) is var at && at < 0 ? text.Length : at + 1;
            text = text[..below] + (at < 0 ? "\n" : "") + "  " + line + "\n" + text[below..];
        }

        return text;
    }
}
