using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>One item of <c>include:</c>, with variables expanded in what names the file.</summary>
/// <param name="Kind">The key that says where from: <c>local</c>, <c>project</c> …</param>
/// <param name="Location">The value of that key.</param>
/// <param name="Whole">The item as a map; for the short form one made of it.</param>
internal sealed record IncludeEntry(string Kind, ConfigNode Location, ConfigMapping Whole)
{
    public Position At => Whole.At;

    /// <summary>The items of <c>include:</c> whose rules let them in. A text is <c>remote</c> when it is a URL, else <c>local</c>.</summary>
    public static List<IncludeEntry> Read(ConfigNode? include, IncludePlace place, IncludeScope scope, DiagnosticBag bag)
    {
        var items = include switch
        {
            null or ConfigScalar { IsNull: true } => [],
            ConfigSequence list => list.Items,
            _ => [include],
        };
        var entries = new List<IncludeEntry>(items.Count);
        foreach (var item in items)
        {
            if (item is ConfigScalar { IsNull: true })
                continue;
            if (Normal(item, scope, bag) is { } whole && IsWanted(whole, scope, bag) && Read(whole, place, scope, bag) is { } entry)
                entries.Add(entry);
        }
        return entries;
    }

    private static ConfigMapping? Normal(ConfigNode item, IncludeScope scope, DiagnosticBag bag)
    {
        if (item is ConfigMapping mapping)
            return mapping;
        if (item is ConfigScalar { IsString: true } text)
        {
            var expanded = new ConfigScalar(text.At, ScalarKind.String, scope.Expand(text.Text));
            return new ConfigMapping(text.At, [new ConfigEntry(IsUrl(expanded.Text) ? "remote" : "local", text.At, expanded)]);
        }
        bag.Error(DiagnosticCode.InvalidInclude, "Each include must be a hash or a string", item.At);
        return null;
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static bool IsWanted(ConfigMapping whole, IncludeScope scope, DiagnosticBag bag) =>
        whole["rules"] is not { } rules || rules is ConfigScalar { IsNull: true } || scope.RulesAllow(rules, bag);

    private static IncludeEntry? Read(ConfigMapping whole, IncludePlace place, IncludeScope scope, DiagnosticBag bag)
    {
        string? kind = null;
        foreach (var candidate in place.Kinds)
        {
            if (!IsPresent(whole[candidate]))
                continue;
            if (kind is not null)
            {
                bag.Error(
                    DiagnosticCode.InvalidInclude,
                    $"Each include must use only one of: `{string.Join("`, `", place.Kinds)}`",
                    whole.At
                );
                return null;
            }
            kind = candidate;
        }
        if (kind is not null)
            return new IncludeEntry(kind, Expanded(whole[kind]!, scope), whole);
        var message =
            $"`{JsonText.Of(whole)}` does not have a valid subkey for {place.Name}. Valid subkeys are: `{string.Join("`, `", place.Kinds)}`";
        bag.Error(
            DiagnosticCode.InvalidInclude,
            message,
            whole.At,
            whole.Entries.Select(entry => Suggestion.For(entry.Key, place.Kinds)).FirstOrDefault(help => help is not null)
        );
        return null;
    }

    private static ConfigNode Expanded(ConfigNode location, IncludeScope scope) =>
        location is ConfigScalar { IsString: true } text ? new ConfigScalar(text.At, ScalarKind.String, scope.Expand(text.Text)) : location;

    private static bool IsPresent(ConfigNode? node) =>
        node switch
        {
            null => false,
            ConfigScalar { Kind: ScalarKind.String } text => !string.IsNullOrWhiteSpace(text.Text),
            ConfigScalar scalar => !scalar.IsNull && scalar.Text != "false",
            ConfigSequence list => list.Items.Count > 0,
            ConfigMapping map => map.Entries.Count > 0,
            _ => true,
        };
}

/// <summary>Where an include stands, and what kinds may stand there.</summary>
/// <param name="Name">As GitLab's messages say it.</param>
internal sealed record IncludePlace(string Name, string[] Kinds)
{
    public static IncludePlace Body { get; } = new("include", ["local", "project", "remote", "template", "artifact", "component"]);

    /// <summary><c>spec:include</c>.</summary>
    public static IncludePlace Header { get; } = new("header include", ["local", "remote", "project"]);
}
