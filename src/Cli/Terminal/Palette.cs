namespace Slipway.Cli.Terminal;

/// <summary>The few colours there are, by what they mean. Without colour the text comes back bare, so meaning never hangs on colour alone.</summary>
internal readonly record struct Palette(bool HasColour)
{
    public string Good(string text) => Wrap("32", text);

    public string Bad(string text) => Wrap("1;31", text);

    public string Warn(string text) => Wrap("33", text);

    public string Busy(string text) => Wrap("36", text);

    public string Strong(string text) => Wrap("1", text);

    public string Faint(string text) => Wrap("2", text);

    private string Wrap(string code, string text) => HasColour && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
