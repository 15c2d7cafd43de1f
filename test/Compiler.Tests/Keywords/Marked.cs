namespace Slipway.Compiler.Tests.Keywords;

/// <summary>A configuration text with a mark (») in front of the node a message should be about.</summary>
internal static class Marked
{
    public const char Mark = '»';

    public static (string Text, Position At) Split(string marked)
    {
        var index = marked.IndexOf(Mark);
        var before = marked.AsSpan(0, index);
        var at = new Position(Reading.File, before.Count('\n') + 1, index - before.LastIndexOf('\n'));
        return (marked.Remove(index, 1), at);
    }
}
