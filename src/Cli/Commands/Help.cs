using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands;

/// <summary>A verb's help: what it does, examples first, then its arguments and options. Goes to standard output.</summary>
internal sealed class Help(Surroundings surroundings) : SynchronousCommandLineAction
{
    /// <summary>Cells of a left column; what is longer has its description on the next line.</summary>
    private const int MostLeft = 34;

    /// <summary>Cells a description must have beside its left column; with fewer it goes below.</summary>
    private const int LeastRight = 24;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        surroundings.Print(Text(parseResult.CommandResult.Command, surroundings.OutPalette(), surroundings.OutColumns()));
        return ExitCode.Ok;
    }

    /// <param name="columns">0: nothing is broken.</param>
    internal static string Text(Command command, Palette palette, int columns)
    {
        var text = new StringBuilder();
        foreach (var line in Paragraph.Lines(command.Description + ".", columns))
            text.Append(line).Append('\n');
        text.Append('\n');
        Table(text, palette.Strong("examples:"), Examples(command).Select(e => ("slipway " + e.Line, e.Does)), columns);
        text.Append(palette.Strong("usage:")).Append(' ').Append(Usage(command)).Append("\n\n");
        Table(
            text,
            palette.Strong("commands:"),
            command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")),
            columns
        );
        Table(
            text,
            palette.Strong("arguments:"),
            command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description ?? "")),
            columns
        );
        Table(text, palette.Strong("options:"), command.Options.Where(o => !o.Hidden).Select(o => (Left(o), o.Description ?? "")), columns);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static IReadOnlyList<(string Line, string Does)> Examples(Command command) =>
        command is Verb verb
            ? verb.Examples
            :
            [
                ("run", "run this repository's pipeline here"),
                ("list", "see which jobs it would hold, and why"),
                ("lint", "check .gitlab-ci.yml"),
            ];

    private static string Usage(Command command)
    {
        var words = new List<string>();
        for (var at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
            words.Insert(0, at is RootCommand ? "slipway" : at.Name);
        if (command.Subcommands.Any(c => !c.Hidden))
            words.Add("COMMAND");
        words.AddRange(
            command.Arguments.Select(a =>
                a.Arity.MinimumNumberOfValues == 0 ? $"[{a.Name}{(a.Arity.MaximumNumberOfValues > 1 ? "…" : "")}]" : a.Name
            )
        );
        words.Add("[OPTIONS]");
        return string.Join(' ', words);
    }

    private static string Left(Option option)
    {
        var names = option.Aliases.Where(a => a.Length == 2 && a[0] == '-' && a[1] != '?').Append(option.Name);
        return string.Join(", ", names) + (option.HelpName is { } value ? " " + value : "");
    }

    private static void Table(StringBuilder text, string title, IEnumerable<(string Left, string Right)> lines, int columns)
    {
        var all = lines.ToArray();
        if (all.Length == 0)
            return;
        var wide = all.Max(l => l.Left.Length <= MostLeft ? l.Left.Length : 0);
        var isNarrow = columns > 0 && columns - wide - 4 < LeastRight;
        text.Append(title).Append('\n');
        foreach (var (left, right) in all)
        {
            text.Append("  ").Append(left);
            var isBelow = isNarrow || left.Length > wide;
            var indent = isNarrow ? 6 : wide + 4;
            text.Append(isBelow ? "\n" + new string(' ', indent) : new string(' ', wide + 2 - left.Length));
            text.AppendJoin("\n" + new string(' ', indent), Paragraph.Lines(right, columns == 0 ? 0 : Math.Max(1, columns - indent)))
                .Append('\n');
        }

        text.Append('\n');
    }
}
