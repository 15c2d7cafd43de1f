using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary>The runner's own log on standard error: lines for a person, <c>text</c> (logfmt) or <c>json</c> for a collector.</summary>
internal sealed class RunnerLog(Surroundings surroundings, string format, string level)
{
    /// <summary>A value with one of these stands in quotes.</summary>
    private static readonly SearchValues<char> Breaking = SearchValues.Create(" \"=\t\n\r");

    private readonly RunnerEventLevel _least = level.ToLowerInvariant() switch
    {
        "debug" or "trace" => RunnerEventLevel.Debug,
        "warn" or "warning" => RunnerEventLevel.Warning,
        "error" or "fatal" or "panic" => RunnerEventLevel.Error,
        _ => RunnerEventLevel.Info,
    };

    public void Write(RunnerEvent what)
    {
        if (what.Level < _least)
            return;
        surroundings.Say(
            format switch
            {
                "json" => Json(what),
                "text" => Text(what),
                _ => Line(what),
            }
        );
    }

    private string Line(RunnerEvent what)
    {
        var palette = surroundings.ErrorPalette();
        var line = new StringBuilder(
            palette.Faint(surroundings.Time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture))
        ).Append(' ');
        if (what.Level == RunnerEventLevel.Error)
            line.Append(palette.Bad("ERROR:")).Append(' ');
        else if (what.Level == RunnerEventLevel.Warning)
            line.Append(palette.Warn("WARNING:")).Append(' ');
        line.Append(PlainText.Of(what.Message));
        foreach (var (key, value) in what.Fields)
            line.Append("  ").Append(palette.Faint(key + "=")).Append(Word(value));
        return line.ToString();
    }

    private string Text(RunnerEvent what)
    {
        var line = new StringBuilder($"time={Now} level={Name(what.Level)} msg={Word(what.Message)}");
        foreach (var (key, value) in what.Fields)
            line.Append(' ').Append(key).Append('=').Append(Word(value));
        return line.ToString();
    }

    private string Json(RunnerEvent what)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("time", Now);
            writer.WriteString("level", Name(what.Level));
            writer.WriteString("msg", what.Message);
            foreach (var (key, value) in what.Fields)
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private string Now => surroundings.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Name(RunnerEventLevel level) => level.ToString().ToLowerInvariant();

    private static string Word(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAny(Breaking)
            ? PlainText.Of(text)
            : $"\"{PlainText.Of(text).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
