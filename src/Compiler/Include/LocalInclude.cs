using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>include:local</c>: files of the same project and commit, by path from the root, with <c>*</c> and <c>**</c>.</summary>
internal static class LocalInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (entry.Location is ConfigScalar { IsString: true } path)
            return Find(path.Text, path.At, expansion);
        expansion.Bag.Error(
            DiagnosticCode.InvalidInclude,
            $"Included file `{JsonText.Of(entry.Location)}` needs to be a string",
            entry.Location.At
        );
        return [];
    }

    public static IEnumerable<IncludedText> Find(string location, Position at, IncludeExpansion expansion)
    {
        var path = location.TrimStart('/');
        if (!path.Contains('*'))
            return Read(path, at, expansion) is { } one ? [one] : [];
        var pattern = new PathGlob(path);
        return expansion
            .Tree.Paths()
            .Where(candidate => pattern.Matches(candidate) && !expansion.HasIncluded(candidate))
            .Select(candidate => Read(candidate, at, expansion))
            .OfType<IncludedText>();
    }

    private static IncludedText? Read(string path, Position at, IncludeExpansion expansion)
    {
        if (!YamlExtension.IsOn(path))
        {
            expansion.Bag.Error(
                DiagnosticCode.IncludeNotYaml,
                $"Included file `{path}` does not have YAML extension!",
                at,
                "Only .yml and .yaml files can be included."
            );
            return null;
        }
        var text = expansion.Tree.ReadText(path);
        if (text is null)
            expansion.Bag.Error(DiagnosticCode.IncludeNotFound, $"Local file `{path}` does not exist!", at, HelpFor(path, expansion.Tree));
        else if (string.IsNullOrWhiteSpace(text))
            expansion.Bag.Error(DiagnosticCode.IncludeEmpty, $"Local file `{path}` is empty!", at);
        return string.IsNullOrWhiteSpace(text) ? null : new IncludedText(path, text, at);
    }

    private static string HelpFor(string path, ProjectTree tree)
    {
        var files = tree.Paths().Where(YamlExtension.IsOn).ToList();
        var name = path[(path.LastIndexOf('/') + 1)..];
        var near = files.Find(file => file.EndsWith("/" + name, StringComparison.OrdinalIgnoreCase)) ?? Suggestion.Nearest(path, files);
        return near is null ? "Paths start at the root of the project, not at the including file." : $"Did you mean {near}?";
    }
}

/// <summary>Only YAML files may be included.</summary>
internal static class YamlExtension
{
    public static bool IsOn(string path)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        return (name.Length > 4 && name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
            || (name.Length > 5 && name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase));
    }
}
