namespace Slipway.Server.Ui.Logs;

/// <summary>Words of a log that look alike.</summary>
/// <param name="Style">Classes of the style sheet, <c>f1 bo</c>; empty for plain.</param>
/// <param name="Link">An address of the web, checked; nothing for most.</param>
internal readonly record struct LogText(string Style, string Text, string? Link = null);

/// <summary>What a log says, piece by piece, in the order in which a page shows it.</summary>
internal abstract record LogItem
{
    private LogItem() { }

    /// <param name="Number">From 1: the line's place in the raw log.</param>
    /// <param name="Stamp">When the runner wrote it, <c>12:03:04</c>; nothing when it does not say.</param>
    public sealed record Line(long Number, string? Stamp, IReadOnlyList<LogText> Texts) : LogItem;

    /// <summary>A section begins; what follows is part of it until it closes.</summary>
    public sealed record Open(long Number, string? Stamp, IReadOnlyList<LogText> Texts, bool Collapsed) : LogItem;

    /// <param name="Seconds">How long the section took.</param>
    public sealed record Close(long Seconds) : LogItem;
}
