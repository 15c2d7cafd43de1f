namespace Slipway.Cli.Drawing;

/// <summary>The characters a drawing is made of.</summary>
internal sealed record Strokes
{
    public static Strokes Unicode { get; } =
        new()
        {
            Lines = " ╵╷│╴╯╮┤╶╰╭├─┴┬┼",
            Right = '▶',
            Left = '◀',
            Dashed = '┄',
            Manual = "▷",
            Delayed = "◷",
            OnFailure = "!",
            MayFail = "?",
            Starts = "○",
            Trigger = "↳",
            Times = "×",
            Needs = "←",
            Ellipsis = "…",
        };

    public static Strokes Ascii { get; } =
        new()
        {
            Lines = " |||-+++-+++-+++",
            Right = '>',
            Left = '<',
            Dashed = '.',
            Manual = ">",
            Delayed = "@",
            OnFailure = "!",
            MayFail = "?",
            Starts = "o",
            Trigger = "&",
            Times = "x",
            Needs = "<-",
            Ellipsis = "~",
        };

    /// <summary>By the directions a line leaves a cell in: 1 up, 2 down, 4 left, 8 right.</summary>
    public required string Lines { get; init; }

    public required char Right { get; init; }
    public required char Left { get; init; }
    public required char Dashed { get; init; }
    public required string Manual { get; init; }
    public required string Delayed { get; init; }
    public required string OnFailure { get; init; }
    public required string MayFail { get; init; }

    /// <summary>A job that needs nothing and so starts at once.</summary>
    public required string Starts { get; init; }

    public required string Trigger { get; init; }
    public required string Times { get; init; }
    public required string Needs { get; init; }
    public required string Ellipsis { get; init; }
}
