namespace Slipway.Runner.Config;

/// <summary>A place in a TOML text that knows its line and column.</summary>
internal sealed class TomlCursor(string text)
{
    private int _lineStart;

    public int Offset { get; private set; }
    public int Line { get; private set; } = 1;
    public int Column => Offset - _lineStart + 1;
    public bool AtEnd => Offset >= text.Length;

    /// <summary>NUL at the end, which no TOML text may hold.</summary>
    public char Current => AtEnd ? '\0' : text[Offset];

    public string Slice(int from) => text[from..Offset];

    public bool Ahead(string word) => string.CompareOrdinal(text, Offset, word, 0, word.Length) == 0;

    public void Move(int by = 1)
    {
        for (var i = 0; i < by; i++)
        {
            if (Current == '\n')
                (Line, _lineStart) = (Line + 1, Offset + 1);
            Offset++;
        }
    }

    public bool TryTake(char wanted)
    {
        if (AtEnd || Current != wanted)
            return false;
        Move();
        return true;
    }

    public void Take(char wanted)
    {
        if (!TryTake(wanted))
            throw Error($"expected '{wanted}'" + (AtEnd ? " but the file ends" : ""));
    }

    public void SkipSpaces()
    {
        while (Current is ' ' or '\t')
            Move();
    }

    /// <summary>Spaces, line ends and comments.</summary>
    public void SkipBlank()
    {
        for (; ; )
        {
            SkipSpaces();
            if (Current == '#')
                SkipComment();
            else if (Current is '\n' or '\r')
                Move();
            else
                return;
        }
    }

    /// <summary>What may stand behind a value or a header: spaces, a comment, the line's end.</summary>
    public void EndLine()
    {
        SkipSpaces();
        if (Current == '#')
            SkipComment();
        if (Current == '\r')
            Move();
        if (!AtEnd)
            Take('\n');
    }

    public string BareKey()
    {
        var from = Offset;
        while (Current is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '-')
            Move();
        return Offset > from ? Slice(from) : throw Error("expected a key");
    }

    public TomlSyntaxException Error(string message) => new(message, Line, Column);

    private void SkipComment()
    {
        while (!AtEnd && Current != '\n')
            Move();
    }
}
