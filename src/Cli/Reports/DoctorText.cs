using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Server;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway doctor</c> for people: a line for each check, and below it what is wrong.</summary>
internal static class DoctorText
{
    private const int Indent = 9;

    /// <param name="columns">0: nothing is broken.</param>
    public static string Of(Diagnosis found, Palette palette, int columns)
    {
        var text = new StringBuilder();
        foreach (var check in found.Checks)
        {
            text.Append(Paint(palette, check.Health, Word(check.Health).PadRight(Indent)));
            Wrap(text, $"{check.Name}: {PlainText.Of(check.Said)}", Indent, columns);
            foreach (var trouble in check.Troubles)
            {
                if (trouble.What != check.Said)
                    Part(text, "what", palette.Strong, trouble.What, columns);
                Part(text, "where", palette.Faint, trouble.Where, columns);
                Part(text, "why", palette.Faint, trouble.Why, columns);
                Part(text, "next", palette.Faint, trouble.Next, columns);
            }
        }

        var bad = found.Checks.Count(check => check.Health == Diagnosis.Health.Bad);
        return text.Append(bad == 0 ? "nothing is wrong\n" : $"{bad} of {found.Checks.Count} checks found something wrong\n").ToString();
    }

    /// <summary>As scripts read it.</summary>
    public static string Word(Diagnosis.Health health) =>
        health switch
        {
            Diagnosis.Health.Good => "ok",
            Diagnosis.Health.Doubtful => "doubtful",
            Diagnosis.Health.Bad => "wrong",
            Diagnosis.Health.Unknown => "unknown",
            _ => throw new ArgumentOutOfRangeException(nameof(health)),
        };

    private static string Paint(Palette palette, Diagnosis.Health health, string text) =>
        health switch
        {
            Diagnosis.Health.Good => palette.Good(text),
            Diagnosis.Health.Bad => palette.Bad(text),
            _ => palette.Warn(text),
        };

    private static void Part(StringBuilder text, string word, Func<string, string> paint, string said, int columns)
    {
        text.Append(' ', Indent).Append(paint(word.PadRight(6)));
        Wrap(text, PlainText.Of(said), Indent + 6, columns);
    }

    private static void Wrap(StringBuilder text, string said, int indent, int columns) =>
        text.AppendJoin("\n" + new string(' ', indent), Paragraph.Lines(said, columns == 0 ? 0 : Math.Max(1, columns - indent)))
            .Append('\n');
}
