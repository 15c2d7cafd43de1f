using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>include:template</c>: one of the <see cref="Templates"/>.</summary>
internal static class TemplateInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        if (entry.Location is ConfigScalar { IsString: true } name)
            return Find(name.Text, name.At, expansion.Bag);
        expansion.Bag.Error(
            DiagnosticCode.InvalidInclude,
            $"Included file `{JsonText.Of(entry.Location)}` needs to be a string",
            entry.Location.At
        );
        return [];
    }

    public static IEnumerable<IncludedText> Find(string name, Position at, DiagnosticBag bag)
    {
        if (!YamlExtension.IsOn(name))
            bag.Error(DiagnosticCode.IncludeNotYaml, $"Included file `{name}` does not have YAML extension!", at, HelpFor(name));
        else if (!name.EndsWith(Templates.Suffix, StringComparison.Ordinal))
            bag.Error(DiagnosticCode.TemplateName, $"Template file `{name}` is not a valid location!", at, HelpFor(name));
        else if (Templates.Text(name) is { } text)
            return [new IncludedText("template:" + name, text, at) { Location = name }];
        else
            bag.Error(DiagnosticCode.IncludeNotFound, $"Included file `{name}` is empty or does not exist!", at, HelpFor(name));
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
