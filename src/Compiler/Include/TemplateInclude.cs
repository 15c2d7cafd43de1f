using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>include:template</c>: one of the <see cref="Templates"/>.</summary>
internal static class TemplateInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (IncludePath.Text(entry.Location, expansion) is not { } name)
            return [];
        var (at, bag, shown) = (entry.Location.At, expansion.Bag, expansion.Scope.Mask(name));
        if (!YamlExtension.IsOn(name))
            bag.Error(DiagnosticCode.IncludeNotYaml, $"Included file `{shown}` does not have YAML extension!", at, HelpFor(name));
        else if (!name.EndsWith(Templates.Suffix, StringComparison.Ordinal))
            bag.Error(DiagnosticCode.TemplateName, $"Template file `{shown}` is not a valid location!", at, HelpFor(name));
        else if (Templates.Text(name) is { } text)
            return [new IncludedText("template:" + name, text, at) { Location = name }];
        else
            bag.Error(DiagnosticCode.IncludeNotFound, $"Included file `{shown}` is empty or does not exist!", at, HelpFor(name));
        return [];
    }

    private static string HelpFor(string name)
    {
        var stem = YamlExtension.IsOn(name) ? name[..name.LastIndexOf('.')] : name;
        var whole = name.EndsWith(Templates.Suffix, StringComparison.Ordinal) ? name : stem + Templates.Suffix;
        var names = Templates.Names;
        var near =
            Same(names, whole)
            ?? names.FirstOrDefault(known => known.EndsWith("/" + whole, StringComparison.OrdinalIgnoreCase))
            ?? Suggestion.Nearest(whole, names);
        return near is null ? $"There are {names.Count} templates; slipway config templates lists their names." : $"Did you mean {near}?";
    }

    private static string? Same(IReadOnlyList<string> names, string name) =>
        names.FirstOrDefault(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
}
