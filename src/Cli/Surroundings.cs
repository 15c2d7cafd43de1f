using System.Collections;

namespace Slipway.Cli;

/// <summary>What a command stands in: its streams, its folder, its environment, its clock. A test makes its own.</summary>
internal sealed record Surroundings
{
    /// <summary>For data. Never closed by a command.</summary>
    public required Stream Out { get; init; }

    /// <summary>For talk.</summary>
    public required Stream Error { get; init; }

    public required Stream In { get; init; }
    public bool OutIsTerminal { get; init; }
    public bool ErrorIsTerminal { get; init; }
    public bool InIsTerminal { get; init; }

    /// <summary>The current folder, absolute.</summary>
    public required string Directory { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Characters a line, asked anew each time because a window can change.</summary>
    public Func<int> Columns { get; init; } = () => 80;

    public Func<int> Rows { get; init; } = () => 24;

    public string? Variable(string name) => Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>A terminal that can move its cursor and is not a CI log (<c>TERM=dumb</c> and <c>CI</c> say no).</summary>
    public bool OutIsLive => OutIsTerminal && Variable("TERM") != "dumb" && Variable("CI") is null;

    /// <summary>NO_COLOR says no to colour and to nothing else (no-color.org).</summary>
    public bool OutHasColour => OutIsTerminal && HasColour;

    public bool ErrorHasColour => ErrorIsTerminal && HasColour;

    /// <summary>What the locale says of the encoding. Where it says nothing, all is UTF-8 these days.</summary>
    public bool IsUtf8 =>
        (Variable("LC_ALL") ?? Variable("LC_CTYPE") ?? Variable("LANG")) is not { } locale
        || locale.Replace("-", "", StringComparison.Ordinal).Contains("utf8", StringComparison.OrdinalIgnoreCase);

    private bool HasColour => Variable("NO_COLOR") is null && Variable("TERM") != "dumb";

    public static Surroundings OfThisProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            environment[(string)entry.Key] = entry.Value as string ?? "";
        return new()
        {
            Out = OperatingSystem.IsLinux() && !Console.IsOutputRedirected ? new TerminalStream(1) : Console.OpenStandardOutput(),
            Error = OperatingSystem.IsLinux() && !Console.IsErrorRedirected ? new TerminalStream(2) : Console.OpenStandardError(),
            In = Console.OpenStandardInput(),
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            InIsTerminal = !Console.IsInputRedirected,
            Directory = System.Environment.CurrentDirectory,
            Environment = environment,
            Columns = () => WindowSize.Ask()?.Columns ?? 80,
            Rows = () => WindowSize.Ask()?.Rows ?? 24,
        };
    }
}
