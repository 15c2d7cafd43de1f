using System.Text.RegularExpressions;

namespace Slipway.Server.Ui.Logs;

/// <summary>The lines of a failed job's log that say most: the end of its script, and what the runner said last.</summary>
internal static partial class LogTail
{
    public const int Most = 10;

    private static readonly HashSet<string> Scripts = ["step_script", "build_script"];

    /// <summary>The last lines of the script, or of the log where there was no script; behind them the runner's last word.</summary>
    public static IReadOnlyList<LogItem.Line> Of(IReadOnlyList<LogItem> items)
    {
        var (all, script) = (new List<LogItem.Line>(), new List<LogItem.Line>());
        var open = new Stack<bool>();
        foreach (var item in items)
            switch (item)
            {
                case LogItem.Open section:
                    open.Push(Scripts.Contains(section.Name) || (open.TryPeek(out var above) && above));
                    break;
                case LogItem.Close:
                    open.TryPop(out _);
                    break;
                case LogItem.Line { Texts.Count: > 0 } line:
                    all.Add(line);
                    if (open.TryPeek(out var isScript) && isScript)
                        script.Add(line);
                    break;
            }

        if (script.Count == 0)
            return [.. all.TakeLast(Most)];
        var last = all[^1];
        return [.. script.TakeLast(last == script[^1] ? Most : Most - 1), .. last == script[^1] ? [] : (LogItem.Line[])[last]];
    }

    /// <summary>The number of the first of these lines that looks like an error, or else of the last that is not the runner's; 0 when there is none.</summary>
    public static long FirstOfInterest(IReadOnlyList<LogItem.Line> lines) =>
        lines.FirstOrDefault(line => Trouble().IsMatch(string.Concat(line.Texts.Select(text => text.Text))))?.Number
        ?? (lines.Count > 0 ? lines[^1].Number : 0);

    [GeneratedRegex(
        @"\b(?:error|fail(?:ed|ure|s)?|exception|panic|fatal|not found|cannot)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Trouble();
}
