using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands.Registry;

/// <summary>How far a copy is: a line for each blob on the terminal, which grows while the blob is on its way; nothing into a pipe.</summary>
internal sealed class CopyProgress(Surroundings surroundings)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private const int Digits = 19;

    private DateTimeOffset _last;
    private bool _isOpen;
    private string _finished = "";

    public void Tell(string digest, long size, long done)
    {
        if (!surroundings.ErrorIsTerminal)
            return;
        var now = surroundings.Time.GetUtcNow();
        var isOver = done >= size;
        // The last bytes are told twice: as they are read, and when the registry has them.
        if ((!isOver && now - _last < Every) || (isOver && digest == _finished))
            return;
        _last = now;
        var name = PlainText.Of(digest.Length > Digits ? digest[..Digits] : digest);
        var share = size == 0 ? 100 : Math.Min(100, done * 100 / size);
        var line = $"  {name}  {Reach.Size(size), 9}  {(isOver ? "done" : $"{share} %"), 5}";
        surroundings.Error.Write(System.Text.Encoding.UTF8.GetBytes((_isOpen ? "\r" : "") + line));
        _isOpen = !isOver;
        if (!isOver)
            return;
        _finished = digest;
        surroundings.Say("");
    }
}
