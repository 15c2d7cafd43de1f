using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Jobs;

namespace Slipway.Runner.Executors.Pretend;

/// <summary>A command and where its output goes.</summary>
/// <param name="Target">A path, or <see langword="null"/> for the log.</param>
/// <param name="Join">What joins it to the command before: <c>&amp;&amp;</c>, <c>||</c>, or a new start.</param>
internal sealed record PretendCommand(
    IReadOnlyList<IReadOnlyList<PretendPart>> Words,
    IReadOnlyList<PretendPart>? Target,
    bool Append,
    PretendJoin Join
);

internal enum PretendJoin
{
    Start,
    And,
    Or,
}

/// <summary>A piece of a word: fixed text, or a variable's name.</summary>
/// <param name="Quoted">Its value is not split at white space.</param>
internal readonly record struct PretendPart(string Text, bool Variable, bool Quoted);

/// <summary>
/// Splits a line into commands: words with single and double quotes and <c>$NAME</c>, <c>&gt;</c>, <c>&gt;&gt;</c>, <c>&amp;&amp;</c>, <c>||</c>,
/// <c>;</c>, line ends and comments. Whatever else a shell knows is not understood, and that is said.
/// </summary>
internal sealed class PretendLexer
{
    private readonly string _line;
    private readonly List<PretendCommand> _commands = [];
    private List<IReadOnlyList<PretendPart>> _words = [];
    private IReadOnlyList<PretendPart>? _target;
    private PretendJoin _join;
    private bool _append;
    private int _at;

    private PretendLexer(string line) => _line = line;

    /// <exception cref="JobFailedException">The line holds something outside the subset.</exception>
    public static IReadOnlyList<PretendCommand> Read(string line) => new PretendLexer(line).Commands();

    internal static JobFailedException Unknown(string line) =>
        new(FailureReason.RunnerUnsupported, $"the pretend executor does not know how to run: {line}");

    private List<PretendCommand> Commands()
    {
        while (_at < _line.Length)
        {
            var c = _line[_at];
            if (c is ' ' or '\t' or '\r')
                _at++;
            else if (c is '\n' or ';')
                End(PretendJoin.Start, 1);
            else if (c == '#')
                SkipComment();
            else if (Ahead("&&"))
                End(PretendJoin.And, 2);
            else if (Ahead("||"))
                End(PretendJoin.Or, 2);
            else if (c == '>')
                Redirect();
            else
                _words.Add(Word());
        }
        End(PretendJoin.Start, 0);
        return _commands;
    }

    private bool Ahead(string sign) => string.CompareOrdinal(_line, _at, sign, 0, sign.Length) == 0;

    private void End(PretendJoin next, int length)
    {
        if (_words.Count > 0 || _target is not null)
            _commands.Add(new PretendCommand(_words, _target, _append, _join));
        else if (next != PretendJoin.Start || _join != PretendJoin.Start)
            throw Unknown(_line);
        (_words, _target, _append, _join) = ([], null, false, next);
        _at += length;
    }

    private void Redirect()
    {
        _append = Ahead(">>");
        _at += _append ? 2 : 1;
        while (_at < _line.Length && _line[_at] == ' ')
            _at++;
        _target = Word();
    }

    private void SkipComment()
    {
        while (_at < _line.Length && _line[_at] != '\n')
            _at++;
    }

    private List<PretendPart> Word()
    {
        var parts = new List<PretendPart>();
        var text = new StringBuilder();
        var quoted = false;
        for (; _at < _line.Length; _at++)
        {
            var c = _line[_at];
            if (c == '"')
            {
                Flush(parts, text, quoted);
                parts.Add(new PretendPart("", Variable: false, Quoted: true));
                quoted = !quoted;
            }
            else if (c == '$')
                Variable(parts, text, quoted);
            else if (c == '\\' && _at + 1 < _line.Length)
                text.Append(_line[++_at]);
            else if (quoted)
                text.Append(c);
            else if (c == '\'')
                Single(parts, text);
            else if (EndsWord(c))
                break;
            else if (c is '|' or '&' or '`' or '(' or ')' or '<' or '*' or '?')
                throw Unknown(_line);
            else
                text.Append(c);
        }
        if (quoted)
            throw Unknown(_line);
        Flush(parts, text, quoted: false);
        return parts;
    }

    private bool EndsWord(char c) => c is ' ' or '\t' or '\r' or '\n' or ';' or '>' || Ahead("&&") || Ahead("||");

    private void Single(List<PretendPart> parts, StringBuilder text)
    {
        var end = _line.IndexOf('\'', _at + 1);
        if (end < 0)
            throw Unknown(_line);
        Flush(parts, text, quoted: false);
        parts.Add(new PretendPart(_line[(_at + 1)..end], Variable: false, Quoted: true));
        _at = end;
    }

    /// <summary>Leaves the place at the reference's last character.</summary>
    private void Variable(List<PretendPart> parts, StringBuilder text, bool quoted)
    {
        var braced = _at + 1 < _line.Length && _line[_at + 1] == '{';
        var from = _at + (braced ? 2 : 1);
        var to = from;
        while (to < _line.Length && (char.IsAsciiLetterOrDigit(_line[to]) || _line[to] == '_'))
            to++;
        if (to == from && to < _line.Length && _line[to] == '?')
            to++;
        if (to == from || (braced && (to >= _line.Length || _line[to] != '}')))
            throw Unknown(_line);
        Flush(parts, text, quoted);
        parts.Add(new PretendPart(_line[from..to], Variable: true, quoted));
        _at = braced ? to : to - 1;
    }

    private static void Flush(List<PretendPart> parts, StringBuilder text, bool quoted)
    {
        if (text.Length > 0)
            parts.Add(new PretendPart(text.ToString(), Variable: false, quoted));
        text.Clear();
    }
}
