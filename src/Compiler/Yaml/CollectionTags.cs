namespace Slipway.Compiler.Yaml;

/// <summary>Tags on lists and maps that name a Ruby class outside GitLab's list of permitted ones. Other tags are passed over.</summary>
internal static class CollectionTags
{
    public static string Refusal(string className) => $"Tried to load unspecified class: {className}";

    /// <returns>The class that may not be loaded, or <see langword="null"/>.</returns>
    public static string? ForbiddenClass(string? tag, bool isMapping)
    {
        if (tag is null)
            return null;
        return isMapping ? OfMapping(tag) : OfSequence(tag);
    }

    private static string? OfSequence(string tag) => After(tag, "!seq:") ?? After(tag, "!ruby/array:");

    private static string? OfMapping(string tag) =>
        tag switch
        {
            "!set" or "tag:yaml.org,2002:set" => "Psych::Set",
            "!omap" or "tag:yaml.org,2002:omap" => "Psych::Omap",
            "!ruby/range" => "Range",
            "!ruby/struct" => "Struct",
            "!ruby/object" => "Object",
            "!ruby/exception" => "Exception",
            "!ruby/object:Hash" => null,
            _ => After(tag, "!ruby/object:")
                ?? After(tag, "!ruby/struct:")
                ?? After(tag, "!ruby/exception:")
                ?? After(tag, "!ruby/array:")
                ?? After(tag, "!ruby/hash:")
                ?? After(tag, "!ruby/hash-with-ivars:")
                ?? After(tag, "!ruby/marshalable:")
                ?? After(tag, "!ruby/string:")
                ?? After(tag, "!map:")
                ?? After(tag, "!str:"),
        };

    private static string? After(string tag, string prefix) =>
        tag.StartsWith(prefix, StringComparison.Ordinal) ? tag[prefix.Length..] : null;
}
