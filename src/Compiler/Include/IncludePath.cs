using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>The checks that all kinds of files share.</summary>
internal static class IncludePath
{
    /// <summary>A text with a YAML file's name, without leading slashes; else <see langword="null"/>, and what is wrong has been told.</summary>
    public static string? Read(ConfigNode location, IncludeExpansion expansion)
    {
        if (Text(location, expansion) is not { } text)
            return null;
        var path = text.TrimStart('/');
        return HasYamlExtension(path, location.At, expansion) ? path : null;
    }

    public static string? Text(ConfigNode location, IncludeExpansion expansion)
    {
        if (location is ConfigScalar { IsString: true } text)
            return text.Text;
        var written = expansion.Scope.Mask(JsonText.Of(location));
        expansion.Bag.Error(DiagnosticCode.InvalidInclude, $"Included file `{written}` needs to be a string", location.At);
        return null;
    }

    public static bool HasYamlExtension(string path, Position at, IncludeExpansion expansion)
    {
        if (YamlExtension.IsOn(path))
            return true;
        var message = $"Included file `{expansion.Scope.Mask(path)}` does not have YAML extension!";
        expansion.Bag.Error(DiagnosticCode.IncludeNotYaml, message, at, "Only .yml and .yaml files can be included.");
        return false;
    }

    /// <summary>What may have been meant by the path of a file that is not there.</summary>
    public static string HelpFor(string path, ProjectTree tree)
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
