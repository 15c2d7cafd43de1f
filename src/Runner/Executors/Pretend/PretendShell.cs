using System.Text;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Pretend;

/// <summary>One shell of a pretended job: variables, files, a last exit code. Errexit holds as in a real one.</summary>
internal sealed class PretendShell(PretendFiles files, Dictionary<string, string> variables, JobTrace trace, TimeProvider time)
{
    private int _last;

    /// <summary>Runs the commands in order and stops at the first that fails.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> lines, CancellationToken ct)
    {
        foreach (var line in lines)
        {
            await ShowAsync(line.Trim(), ct);
            if (await LineAsync(line, ct) is { } code)
                return code;
        }
        return 0;
    }

    private async ValueTask ShowAsync(string line, CancellationToken ct)
    {
        var end = line.IndexOf('\n');
        var shown = end < 0 ? line : line[..end] + " # collapsed multi-line command";
        await PrintAsync(line.Length == 0 ? "\n" : $"\e[32;1m$ {shown}\e[0;m\n", ct);
    }

    /// <returns>The code to end with, or <see langword="null"/> to go on.</returns>
    private async Task<int?> LineAsync(string line, CancellationToken ct)
    {
        var commands = PretendLexer.Read(line);
        for (var i = 0; i < commands.Count; i++)
        {
            var command = commands[i];
            var skipped = command.Join == PretendJoin.And ? _last != 0 : command.Join == PretendJoin.Or && _last == 0;
            if (skipped)
                continue;
            var words = Words(command);
            if (words is ["exit", ..])
                return words.Count > 1 ? int.Parse(words[1]) & 0xFF : _last;
            _last = await CommandAsync(command, words, line, ct);
            var endsList = i + 1 == commands.Count || commands[i + 1].Join == PretendJoin.Start;
            if (_last != 0 && endsList)
                return _last;
        }
        return null;
    }

    private async Task<int> CommandAsync(PretendCommand command, List<string> words, string line, CancellationToken ct)
    {
        var output = new StringBuilder();
        var code = words.Count == 0 ? 0 : await BuiltInAsync(words, output, line, ct);
        if (command.Target is null)
            await PrintAsync(output.ToString(), ct);
        else
            files.Write(Path(string.Concat(command.Target.Select(Value))), Encoding.UTF8.GetBytes(output.ToString()), command.Append);
        return code;
    }

    private async Task<int> BuiltInAsync(List<string> words, StringBuilder output, string line, CancellationToken ct)
    {
        switch (words[0])
        {
            case "sleep" when words.Count == 2 && double.TryParse(words[1], out var seconds):
                await Task.Delay(TimeSpan.FromSeconds(seconds), time, ct);
                return 0;
            case "export":
                words.Skip(1).ToList().ForEach(Assign);
                return 0;
            case "unset":
                words.Skip(1).ToList().ForEach(name => variables.Remove(name));
                return 0;
            case var word when IsAssignment(word) && words.Count == 1:
                Assign(word);
                return 0;
            default:
                return PretendCommands.Run(words, files, Path, output) ?? throw PretendLexer.Unknown(line);
        }
    }

    private void Assign(string word)
    {
        var sign = word.IndexOf('=');
        if (sign > 0)
            variables[word[..sign]] = word[(sign + 1)..];
    }

    private static bool IsAssignment(string word) =>
        word.IndexOf('=') is > 0 and var sign && word.AsSpan(0, sign).IndexOfAnyExceptInRange('0', 'z') < 0 && char.IsAsciiLetter(word[0]);

    /// <summary>Expanded and, where not quoted, split at white space. A word that was nothing but unquoted empty variables is gone.</summary>
    private List<string> Words(PretendCommand command)
    {
        var words = new List<string>();
        foreach (var parts in command.Words)
        {
            string? word = null;
            foreach (var part in parts)
            {
                if (!part.Variable || part.Quoted)
                {
                    word += Value(part);
                    continue;
                }
                var pieces = Value(part).Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
                for (var i = 0; i < pieces.Length; i++)
                {
                    if (i > 0)
                        words.Add(word ?? "");
                    word = i > 0 ? pieces[i] : word + pieces[i];
                }
            }
            if (word is not null)
                words.Add(word);
        }
        return words;
    }

    private string Value(PretendPart part)
    {
        if (!part.Variable)
            return part.Text;
        return part.Text == "?" ? _last.ToString() : variables.GetValueOrDefault(part.Text, "");
    }

    /// <summary>Absolute; relative names lie in the project's folder.</summary>
    private string Path(string name) => files.Resolve(name);

    private ValueTask PrintAsync(string text, CancellationToken ct) =>
        text.Length == 0 ? ValueTask.CompletedTask : trace.WriteAsync(TraceStream.Output, Encoding.UTF8.GetBytes(text), ct);
}
