using System.Text;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Commands;

/// <summary>Data goes to standard output, talk to standard error; each in one write.</summary>
internal static class Talk
{
    public static void Print(this Surroundings surroundings, string text) => surroundings.Out.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Cells a line of output may have; 0 when it goes to a pipe or a file, where nothing is cut.</summary>
    public static int OutColumns(this Surroundings surroundings) => surroundings.OutIsTerminal ? surroundings.Columns() : 0;

    /// <summary>A line for people.</summary>
    public static void Say(this Surroundings surroundings, string line) => surroundings.Error.Write(Encoding.UTF8.GetBytes(line + "\n"));

    public static Palette OutPalette(this Surroundings surroundings) => new(surroundings.OutHasColour);

    public static Palette ErrorPalette(this Surroundings surroundings) => new(surroundings.ErrorHasColour);

    /// <summary><c>error: …</c>, and what to do about it.</summary>
    public static void SayError(this Surroundings surroundings, string message, string? help)
    {
        var palette = surroundings.ErrorPalette();
        surroundings.Say($"{palette.Bad("error")}: {PlainText.Of(message)}");
        if (!string.IsNullOrEmpty(help))
            surroundings.Say($"  {palette.Faint("=")} {PlainText.Of(help)}");
    }
}
