using System.Text.RegularExpressions;

namespace Slipway.Scenarios;

/// <summary>A job's log as a reader sees it: no escape codes, no section marks, no timestamps; what a carriage return overwrote is gone.</summary>
internal static partial class LogText
{
    public static string[] Lines(string log) => [.. Unseen().Replace(log, "").Split('\n').Select(LastWritten)];

    private static string LastWritten(string line) => line.TrimEnd('\r').Split('\r')[^1].TrimEnd();

    [GeneratedRegex(
        @"\e\[[0-9;]*[A-Za-z]|section_(?:start|end):\d+:[^\r\n]*\r|^\d{4}-\d\d-\d\dT[\d:.]+Z \d\d[OE][+ ]?",
        RegexOptions.Multiline
    )]
    private static partial Regex Unseen();
}
