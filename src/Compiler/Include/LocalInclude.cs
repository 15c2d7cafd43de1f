using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>include:local</c>: files of the project and commit that the including file is of, by path from the root, with <c>*</c> and <c>**</c>.</summary>
internal static class LocalInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (entry.Wildcard is { } pattern)
            return FindAll(pattern.TrimStart('/'), entry, expansion);
        if (IncludePath.Read(entry.Location, expansion) is { } path && Read(path, entry, expansion) is { } one)
            return [one];
        return [];
    }

    private static IEnumerable<IncludedText> FindAll(string pattern, IncludeEntry entry, IncludeExpansion expansion)
    {
        if (entry.Origin.Tree is not { } tree)
        {
            NoProject(pattern, entry, expansion);
            return [];
        }
        if (pattern.Contains('$'))
            expansion.Bag.Warning(
                DiagnosticCode.IncludeWildcardVariable,
                $"`{pattern}` is looked for as it stands",
                entry.Location.At,
                "Variables beside a wildcard are replaced in the short form alone: include: 'ci/$KIND/*.yml'."
            );
        var glob = new PathGlob(pattern);
        return tree.Paths()
            .Where(candidate => glob.Matches(candidate) && !expansion.HasIncluded(entry.Origin.Prefix + candidate))
            .Select(candidate =>
                IncludePath.HasYamlExtension(candidate, entry.Location.At, expansion) ? Read(candidate, entry, expansion) : null
            )
            .OfType<IncludedText>();
    }

    private static IncludedText? Read(string path, IncludeEntry entry, IncludeExpansion expansion)
    {
        if (entry.Origin.Tree is not { } tree)
        {
            NoProject(path, entry, expansion);
            return null;
        }
        var (shown, at) = (expansion.Scope.Mask(path), entry.Location.At);
        var text = tree.ReadText(path);
        if (text is null)
            expansion.Bag.Error(
                DiagnosticCode.IncludeNotFound,
                $"Local file `{shown}` does not exist!",
                at,
                IncludePath.HelpFor(path, tree)
            );
        else if (string.IsNullOrWhiteSpace(text))
            expansion.Bag.Error(DiagnosticCode.IncludeEmpty, $"Local file `{shown}` is empty!", at);
        return string.IsNullOrWhiteSpace(text)
            ? null
            : new IncludedText(entry.Origin.Prefix + path, text, at) { Location = path, Origin = entry.Origin };
    }

    private static void NoProject(string path, IncludeEntry entry, IncludeExpansion expansion) =>
        expansion.Bag.Error(
            DiagnosticCode.IncludeNotFound,
            $"Local file `{expansion.Scope.Mask(path)}` does not have project!",
            entry.Location.At,
            "A remote file or a template belongs to no project; it can include remote files, templates, and files of a project by name."
        );
}
