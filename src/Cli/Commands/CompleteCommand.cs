using System.CommandLine;
using System.CommandLine.Completions;
using System.Text;
using Slipway.Cli.Completion;
using Slipway.Cli.Project;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway __complete</c>: what the completion scripts ask. A candidate a line, behind a tab what it is; or <c>:files</c>.</summary>
internal static class CompleteCommand
{
    private sealed record Candidate(string Text, string Does);

    public static Command Make(Surroundings surroundings, Func<RootCommand> tree)
    {
        var shell = new Option<string?>("--shell");
        var word = new Option<string?>("--word");
        var typed = new Argument<string[]>("WORDS") { Arity = ArgumentArity.ZeroOrMore };
        var verb = new Verb("__complete", "Asked by completion scripts") { shell, word, typed };
        verb.Hidden = true;
        verb.SetAction(parsed =>
        {
            var words = parsed.GetValue(typed) ?? [];
            if (parsed.GetValue(shell) == "bash")
                PrintForBash(words is [var line, ..] ? line : "", parsed.GetValue(word) ?? "", tree(), surroundings);
            else
                Print(Candidates(tree(), words.Length == 0 ? [""] : words, surroundings), surroundings);
            return ExitCode.Ok;
        });
        return verb;
    }

    private static void PrintForBash(string line, string bashWord, RootCommand root, Surroundings surroundings)
    {
        var words = ShellWords.Split(line);
        var values = words.Skip(1).Select(w => w.Value).ToArray();
        var found = Candidates(root, values.Length == 0 ? [""] : values, surroundings);
        // An option's value behind an equals sign is a word of its own to bash.
        var option = OptionBefore(words[^1].Value);
        var word = option is null ? words[^1] : new ShellWord(words[^1].Typed[option.Length..], "");
        surroundings.Print(
            found is null
                ? CompletionScripts.Files + "\n"
                : string.Concat(found.Select(c => ShellWords.ForBash(c.Text, word, bashWord == "=" ? "" : bashWord) + "\n"))
        );
    }

    /// <returns><c>--executor=</c> of <c>--executor=doc</c>; <see langword="null"/> when it is not of that form.</returns>
    private static string? OptionBefore(string word) =>
        word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=') is > 2 and var equals ? word[..(equals + 1)] : null;

    private static void Print(IEnumerable<Candidate>? found, Surroundings surroundings)
    {
        var text = new StringBuilder();
        foreach (var candidate in found ?? [new Candidate(CompletionScripts.Files, "")])
            text.Append(candidate.Text).Append(candidate.Does.Length > 0 ? "\t" + PlainText.Of(candidate.Does) : "").Append('\n');
        surroundings.Print(text.ToString());
    }

    /// <param name="words">Behind the program's name; the last one is being typed.</param>
    /// <returns><see langword="null"/>: file names.</returns>
    private static List<Candidate>? Candidates(RootCommand root, string[] words, Surroundings surroundings)
    {
        if (OptionBefore(words[^1]) is { } before)
            return Candidates(root, [.. words.AsSpan(0, words.Length - 1), before[..^1], words[^1][before.Length..]], surroundings);
        var current = words[^1];
        Command command = root;
        Option? open = null;
        foreach (var word in words.AsSpan(0, words.Length - 1))
        {
            if (open is not null)
                open = null;
            else if (word.StartsWith('-'))
                open = command.Options.FirstOrDefault(o => o.Name == word || o.Aliases.Contains(word))
                    is { Arity.MinimumNumberOfValues: > 0 } option
                    ? option
                    : null;
            else
                command = command.Subcommands.FirstOrDefault(c => c.Name == word) ?? command;
        }

        IEnumerable<Candidate>? all;
        if (open is not null)
            all = Values(open, open.HelpName, root, command, words, surroundings);
        else if (current.StartsWith('-'))
            all = command.Options.Where(o => !o.Hidden).Select(o => new Candidate(o.Name, o.Description ?? ""));
        else if (command.Subcommands.Count > 0)
            all = command.Subcommands.Where(c => !c.Hidden).Select(c => new Candidate(c.Name, c.Description ?? ""));
        else
            all = command.Arguments is [var argument, ..] ? Values(argument, argument.Name, root, command, words, surroundings) : [];
        // A candidate that holds a line break or another control could not be typed, and must not reach the terminal.
        return all?.Where(c => c.Text.StartsWith(current, StringComparison.Ordinal) && PlainText.Of(c.Text) == c.Text).ToList();
    }

    private static IEnumerable<Candidate>? Values(
        Symbol symbol,
        string? kind,
        RootCommand root,
        Command command,
        string[] words,
        Surroundings surroundings
    ) =>
        kind switch
        {
            "FILE" or "DIR" => null,
            "JOB|CODE" when words[^1].StartsWith("CI0", StringComparison.OrdinalIgnoreCase) => Codes(),
            "JOB" or "JOB|CODE" => Jobs(symbol, root, command, words, surroundings),
            "A" or "B" => [.. Refs("refs/heads", words, surroundings), .. Refs("refs/tags", words, surroundings)],
            "BRANCH" => Refs("refs/heads", words, surroundings),
            "TAG" => Refs("refs/tags", words, surroundings),
            _ => symbol.GetCompletions(CompletionContext.Empty).Select(item => new Candidate(item.Label, item.Detail ?? "")),
        };

    private static IEnumerable<Candidate> Jobs(Symbol symbol, RootCommand root, Command command, string[] words, Surroundings surroundings)
    {
        Workspace work;
        try
        {
            // Whoever presses Tab does not wait for a host.
            var options = SharedOptions.Read(root.Parse([.. words.AsSpan(0, words.Length - 1)]), surroundings) with
            {
                Offline = true,
            };
            work = Workspace.Open(options, surroundings);
        }
        catch (CommandException)
        {
            return [];
        }

        var jobs = work.Compilation.Pipeline?.Jobs ?? [];
        if (command.Name == "explain")
            return work.Compilation.Decisions.Select(d => new Candidate(d.Job, d.Included ? "in the pipeline" : d.Reason));
        if (symbol is Option)
            return jobs.Where(j => j.When == JobWhen.Manual).Select(j => new Candidate(j.Name, j.Stage));
        var groups = jobs.Where(j => j.GroupName != j.Name).Select(j => j.GroupName).Distinct(StringComparer.Ordinal);
        return [.. jobs.Select(j => new Candidate(j.Name, j.Stage)), .. groups.Select(name => new Candidate(name, "all of them"))];
    }

    private static IEnumerable<Candidate> Codes() => DiagnosticTable.All.Select(entry => new Candidate(entry.Code, entry.Meaning));

    private static IEnumerable<Candidate> Refs(string folder, string[] words, Surroundings surroundings)
    {
        var at = Array.FindIndex(words, word => word is "--cwd" or "-C");
        var directory = Path.GetFullPath(at >= 0 && at + 1 < words.Length ? words[at + 1] : ".", surroundings.Directory);
        var answer = Directory.Exists(directory)
            ? GitProcess.Ask(directory, "for-each-ref", "--count=500", "--format=%(refname)", folder)
            : null;
        return answer is { Ok: true }
            ? answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => new Candidate(name[(folder.Length + 1)..], ""))
            : [];
    }
}
