using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands;

/// <summary>A verb's help: what it does, examples first, then its arguments and options. Goes to standard output.</summary>
internal sealed class Help(Surroundings surroundings) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        surroundings.Print(Text(parseResult.CommandResult.Command, surroundings.OutPalette()));
        return ExitCode.Ok;
    }

    internal static string Text(Command command, Palette palette)
    {
        var text = new StringBuilder();
        text.Append(command.Description).Append(".\n\n");
        Table(text, palette.Strong("examples:"), Examples(command).Select(e => ("slipway " + e.Line, e.Does)));
        text.Append(palette.Strong("usage:")).Append(' ').Append(Usage(command)).Append("\n\n");
        Table(text, palette.Strong("commands:"), command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
        Table(text, palette.Strong("arguments:"), command.Arguments.Where(a => !a.Hidden).Select(a => (a.Name, a.Description ?? "")));
        Table(text, palette.Strong("options:"), command.Options.Where(o => !o.Hidden).Select(o => (Left(o), o.Description ?? "")));
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

    private static void Table(StringBuilder text, string title, IEnumerable<(string Left, string Right)> lines)
    {
        var all = lines.ToArray();
        if (all.Length == 0)
            return;
        var wide = Math.Min(34, all.Max(l => l.Left.Length));
        text.Append(title).Append('\n');
        foreach (var (left, right) in all)
            text.Append("  ").Append(left.PadRight(wide)).Append("  ").Append(right).Append('\n');
        text.Append('\n');
    }
}
