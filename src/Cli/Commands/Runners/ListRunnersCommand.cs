using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Runner.Config;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner list</c>. Tokens are shown in short only.</summary>
internal static class ListRunnersCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var config = RunnerFile.Option();
        var json = new Option<bool>("--json") { Description = "as JSON, in the order of the file" };
        var verb = new Verb(
            "list",
            "Show the runners in config.toml",
            ("runner list", "name, executor, server"),
            ("runner list --json", "for a script")
        )
        {
            config,
            json,
        };
        verb.SetAction(parsed =>
        {
            var file = RunnerFile.Of(parsed, config, surroundings);
            var runners = file.Load(surroundings.Say).Runners;
            if (parsed.GetValue(json))
                WriteJson(surroundings.Out, runners);
            else if (runners.IsEmpty)
                surroundings.Say($"there are no runners in {file.Store.Path}");
            else
                surroundings.Print(Table(runners, surroundings.OutPalette()));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static string Table(IReadOnlyList<RunnerConfig> runners, Palette palette)
    {
        string[][] rows =
        [
            ["NAME", "EXECUTOR", "TOKEN", "URL"],
            .. runners.Select(r =>
                (string[])[PlainText.Of(RunnerClients.NameOf(r)), PlainText.Of(r.Executor), PlainText.Of(r.ShortToken), PlainText.Of(r.Url)]
            ),
        ];
        var widths = Enumerable.Range(0, 4).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, i) => i < 3 ? cell.PadRight(widths[i]) : cell)).TrimEnd())
            .ToArray();
        lines[0] = palette.Faint(lines[0]);
        return string.Join('\n', lines) + "\n";
    }

    private static void WriteJson(Stream output, IReadOnlyList<RunnerConfig> runners)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach (var runner in runners)
        {
            writer.WriteStartObject();
            writer.WriteString("name", runner.Name);
            if (runner.Id != 0)
                writer.WriteNumber("id", runner.Id);
            writer.WriteString("executor", runner.Executor);
            writer.WriteString("url", runner.Url);
            writer.WriteString("short_token", runner.ShortToken);
            writer.WriteNumber("limit", runner.Limit);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.Flush();
        output.Write("\n"u8);
    }
}
