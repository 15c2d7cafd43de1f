using System.Text;

namespace Slipway.Runner.Executors.Pretend;

/// <summary>The commands that need nothing but files: <c>true false : echo cat test [ mkdir cp mv rm touch pwd</c>.</summary>
internal static class PretendCommands
{
    /// <returns>The exit code, or <see langword="null"/> for a command (or options) outside the subset.</returns>
    public static int? Run(List<string> words, PretendFiles files, Func<string, string> path, StringBuilder output)
    {
        List<string> rest = [.. words.Skip(1)];
        switch (words[0])
        {
            case "true" or ":":
                return 0;
            case "false":
                return 1;
            case "echo":
                Echo(rest, output);
                return 0;
            case "pwd":
                output.Append(files.Root).Append('\n');
                return 0;
            case "cat" when rest.Count > 0:
                return Cat(rest, files, path, output);
            case "[" when rest is [.., "]"]:
                return Test(rest[..^1], files, path);
            case "test":
                return Test(rest, files, path);
            case "mkdir":
                Plain(rest).ForEach(name => files.MakeDirectory(path(name)));
                return 0;
            case "touch":
                Plain(rest).ForEach(name => files.Write(path(name), [], append: true));
                return 0;
            case "rm":
                return Remove(rest, files, path);
            case "cp" or "mv":
                return Copy(Plain(rest), files, path, move: words[0] == "mv");
            default:
                return null;
        }
    }

    private static int Remove(List<string> words, PretendFiles files, Func<string, string> path)
    {
        var missing = Plain(words).FindAll(name => !files.Remove(path(name)));
        return missing.Count > 0 && !words.Exists(option => option is ['-', .., 'f']) ? 1 : 0;
    }

    private static List<string> Plain(List<string> words) => words.FindAll(word => word is not ['-', ..]);

    private static void Echo(List<string> words, StringBuilder output)
    {
        var bare = words is ["-n", ..];
        output.AppendJoin(' ', bare ? words.Skip(1) : words).Append(bare ? "" : "\n");
    }

    private static int Cat(List<string> names, PretendFiles files, Func<string, string> path, StringBuilder output)
    {
        var code = 0;
        foreach (var name in names)
        {
            if (files.Read(path(name)) is { } content)
                output.Append(Encoding.UTF8.GetString(content));
            else
                (code, _) = (1, output.Append($"cat: {name}: No such file or directory\n"));
        }
        return code;
    }

    private static int? Copy(List<string> names, PretendFiles files, Func<string, string> path, bool move)
    {
        if (names is not [var from, var to] || files.Read(path(from)) is not { } content)
            return names.Count == 2 ? 1 : null;
        var target = path(to);
        files.Write(files.IsDirectory(target) ? $"{target}/{from[(from.LastIndexOf('/') + 1)..]}" : target, content, append: false);
        if (move)
            files.Remove(path(from));
        return 0;
    }

    private static int? Test(List<string> words, PretendFiles files, Func<string, string> path)
    {
        bool? holds = words switch
        {
            ["!", .. var rest] => Test(rest, files, path) is { } code ? code != 0 : null,
            ["-f", var name] => files.Read(path(name)) is not null,
            ["-d", var name] => files.IsDirectory(path(name)),
            ["-e", var name] => files.Read(path(name)) is not null || files.IsDirectory(path(name)),
            ["-s", var name] => files.Read(path(name)) is { Length: > 0 },
            ["-n", var text] => text.Length > 0,
            ["-z", var text] => text.Length == 0,
            ["-n"] or ["-z"] => true,
            [var text] => text.Length > 0,
            [var a, "=" or "==", var b] => a == b,
            [var a, "!=", var b] => a != b,
            [var a, "-eq", var b] => long.TryParse(a, out var x) && long.TryParse(b, out var y) && x == y,
            _ => null,
        };
        return holds is null ? null
            : holds == true ? 0
            : 1;
    }
}
