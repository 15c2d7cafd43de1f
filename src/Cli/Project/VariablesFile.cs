using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Cli.Project;

/// <summary>
/// Reads <c>--variables-file</c>: it stands in for the project's CI/CD variables, so its variables beat YAML's and lose to <c>--variable</c>.
/// Two forms. Lines: <c>KEY=VALUE</c>, blank ones, and comments, of which <c># masked</c>, <c># file</c>, <c># raw</c>, <c># environment: review/*</c>
/// (joined by commas) speak of the next variable; a value may stand in single or double quotes. JSON: the array that GitLab's API
/// (<c>GET /projects/:id/variables</c>) and <c>glab variable export</c> give; protected ones count on the protected branch only.
/// </summary>
internal static class VariablesFile
{
    private const int LongestFile = 1024 * 1024;
    private const int MostVariables = 8000;

    /// <exception cref="CommandException">There is no such file, or a line of it is not a variable.</exception>
    public static ImmutableArray<ScopedVariable> Read(string path, bool onProtectedRef)
    {
        if (!File.Exists(path))
            throw new CommandException(ExitCode.NotFound, $"there is no variables file {path}");
        if (new FileInfo(path).Length > LongestFile)
            throw new CommandException(ExitCode.Usage, $"{path} is larger than 1 MiB, so it cannot be a variables file");
        var text = File.ReadAllText(path);
        var variables = text.TrimStart().StartsWith('[') ? FromJson(path, text, onProtectedRef) : FromLines(path, text);
        return variables.Length <= MostVariables
            ? variables
            : throw new CommandException(ExitCode.Usage, $"{path} holds more than {MostVariables} variables");
    }

    /// <exception cref="CommandException"><paramref name="text"/> is not <c>KEY=VALUE</c>.</exception>
    public static Variable FromOption(string text, string option)
    {
        var equals = text.IndexOf('=');
        if (equals > 0 && IsKey(text.AsSpan(0, equals)))
            return new Variable(text[..equals], text[(equals + 1)..], Public: false);
        throw new CommandException(
            ExitCode.Usage,
            $"{option} wants KEY=VALUE, and \"{text}\" is not that",
            "a key is made of letters, digits and _"
        );
    }

    internal static bool IsKey(ReadOnlySpan<char> key)
    {
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return key.Length is > 0 and <= 255;
    }

    private static ImmutableArray<ScopedVariable> FromLines(string path, string text)
    {
        var all = ImmutableArray.CreateBuilder<ScopedVariable>();
        var marks = new Marks();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.StartsWith('#'))
                marks = marks.With(line[1..]);
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line[7..].TrimStart();
            var equals = line.IndexOf('=');
            if (equals <= 0 || !IsKey(line.AsSpan(0, equals).TrimEnd()))
                throw new CommandException(ExitCode.Usage, $"{path}:{number}: this is not KEY=VALUE: {line}");
            var value = Unquoted(line[(equals + 1)..].TrimStart());
            all.Add(new(new(line[..equals].TrimEnd(), value, Public: false, marks.Masked, marks.File, marks.Raw), marks.Environment));
            marks = new Marks();
        }

        return all.ToImmutable();
    }

    private static string Unquoted(string value)
    {
        if (value.Length < 2 || value[0] != value[^1] || value[0] is not ('"' or '\''))
            return value;
        var inner = value[1..^1];
        return value[0] == '\''
            ? inner
            : inner.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
    }

    private static ImmutableArray<ScopedVariable> FromJson(string path, string text, bool onProtectedRef)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            var all = ImmutableArray.CreateBuilder<ScopedVariable>();
            foreach (var item in json.RootElement.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object || Text(item, "key") is not { } key || !IsKey(key))
                    throw new CommandException(ExitCode.Usage, $"{path}: entry {all.Count + 1} has no proper \"key\"");
                if (Flag(item, "protected") && !onProtectedRef)
                    continue;
                var isFile = Text(item, "variable_type") == "file";
                var variable = new Variable(key, Text(item, "value") ?? "", Public: false, Flag(item, "masked"), isFile, Flag(item, "raw"));
                all.Add(new(variable, Text(item, "environment_scope") ?? "*"));
            }

            return all.ToImmutable();
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCode.Usage, $"{path}:{e.LineNumber + 1}: this is not JSON");
        }
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>What the comments before a variable say about it.</summary>
    private readonly record struct Marks(bool Masked, bool File, bool Raw, string? Scope)
    {
        public string Environment => Scope ?? "*";

        /// <returns>The same marks when the comment is an ordinary one.</returns>
        public Marks With(string comment)
        {
            var marks = this;
            foreach (var part in comment.Split(',', StringSplitOptions.TrimEntries))
            {
                if (part == "masked")
                    marks = marks with { Masked = true };
                else if (part == "file")
                    marks = marks with { File = true };
                else if (part == "raw")
                    marks = marks with { Raw = true };
                else if (part.StartsWith("environment:", StringComparison.Ordinal))
                    marks = marks with { Scope = part["environment:".Length..].Trim() };
                else
                    return this;
            }

            return marks;
        }
    }
}
