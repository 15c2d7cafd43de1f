namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>Tokens scanned and not yet taken. They are numbered from the start of the text, so that one can be put before another.</summary>
internal sealed class TokenQueue
{
    private Token[] _items = new Token[16];
    private int _head;

    /// <summary>How many have been taken: the number of the first one waiting.</summary>
    public int Taken { get; private set; }

    public int Count { get; private set; }

    public ref readonly Token First => ref _items[_head];

    public void Add(in Token token)
    {
        if (_head + Count == _items.Length)
            MakeRoom();
        _items[_head + Count++] = token;
    }

    /// <summary>Puts a token before the one with that number.</summary>
    public void Insert(int number, in Token token)
    {
        Add(token);
        var at = _head + number - Taken;
        Array.Copy(_items, at, _items, at + 1, _head + Count - 1 - at);
        _items[at] = token;
    }

    public void Take()
    {
        _items[_head] = default;
        Taken++;
        _head = --Count == 0 ? 0 : _head + 1;
    }

    private void MakeRoom()
    {
        var target = _head > _items.Length / 2 ? _items : new Token[_items.Length * 2];
        Array.Copy(_items, _head, target, 0, Count);
        _items = target;
        _head = 0;
    }
}
