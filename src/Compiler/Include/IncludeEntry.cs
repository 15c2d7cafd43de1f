using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>One item of <c>include:</c>, with variables expanded in what names the file.</summary>
/// <param name="Kind">The key that says where from: <c>local</c>, <c>project</c> …</param>
/// <param name="Location">The value of that key.</param>
/// <param name="Whole">The item as a map; for the short form one made of it.</param>
internal sealed record IncludeEntry(string Kind, ConfigNode Location, ConfigMapping Whole)
{
    /// <summary>Of the file that the item stands in.</summary>
    public IncludeOrigin Origin { get; init; } = IncludeOrigin.Nowhere;

    /// <summary>A path of <c>local</c> with wildcards, as it was before variables were expanded: GitLab looks for the files first.</summary>
    public string? Wildcard { get; init; }

    public Position At => Whole.At;

    /// <summary>A scalar's text; <see langword="null"/> when the key is not there, or null.</summary>
    public string? Text(string key) => Whole[key] is ConfigScalar { IsNull: false } scalar ? scalar.Text : null;

    /// <summary>The items of <c>include:</c> whose rules let them in. A text is <c>remote</c> when it is a URL, else <c>local</c>.</summary>
    public static List<IncludeEntry> Read(
        ConfigNode? include,
        IncludePlace place,
        IncludeOrigin origin,
        IncludeScope scope,
        DiagnosticBag bag
    )
    {
        var items = include switch
        {
            null or ConfigScalar { IsNull: true } => [],
            ConfigSequence list => list.Items,
            _ => [include],
        };
        var reader = new IncludeReader(place, origin, scope, bag);
        var entries = new List<IncludeEntry>(items.Count);
        foreach (var item in items)
        {
            if (item is not ConfigScalar { IsNull: true } && reader.Read(item) is { } entry)
                entries.Add(entry);
        }
        return entries;
    }
}

/// <summary>Where an include stands, and what kinds may stand there.</summary>
/// <param name="Name">As GitLab's messages say it.</param>
internal sealed record IncludePlace(string Name, string[] Kinds)
{
    public static IncludePlace Body { get; } = new("include", ["local", "project", "remote", "template", "artifact", "component"]);

    /// <summary><c>spec:include</c>.</summary>
    public static IncludePlace Header { get; } = new("header include", ["local", "remote", "project"]);
}
