using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Include;

/// <summary>Reads the items of one <c>include:</c>, in GitLab's order: give the short form its long one, ask the rules, replace variables, find the kind.</summary>
internal sealed class IncludeReader(IncludePlace place, IncludeOrigin origin, IncludeScope scope, DiagnosticBag bag)
{
    public IncludeEntry? Read(ConfigNode item)
    {
        if (Normal(item) is not { } written || !IsWanted(written))
            return null;
        var whole = Expanded(written);
        if (KindOf(whole) is not { } kind)
            return null;
        return new IncludeEntry(kind, whole[kind]!, whole)
        {
            Origin = origin,
            Wildcard =
                kind == "local" && written[kind] is ConfigScalar { IsString: true } path && path.Text.Contains('*') ? path.Text : null,
        };
    }

    private string Expand(string text) => origin.SeesVariables ? scope.Expand(text) : VariableExpansion.Expand(text, _ => null);

    private ConfigMapping? Normal(ConfigNode item)
    {
        if (item is ConfigMapping mapping)
            return mapping;
        if (item is ConfigScalar { IsString: true } text)
        {
            var expanded = new ConfigScalar(text.At, ScalarKind.String, Expand(text.Text));
            return new ConfigMapping(text.At, [new ConfigEntry(IsUrl(expanded.Text) ? "remote" : "local", text.At, expanded)]);
        }
        bag.Error(DiagnosticCode.InvalidInclude, "Each include must be a hash or a string", item.At);
        return null;
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private bool IsWanted(ConfigMapping whole) =>
        whole["rules"] is not { } rules || rules is ConfigScalar { IsNull: true } || scope.RulesAllow(rules, origin, bag);

    /// <summary>Texts right under the item, and in its lists; <c>inputs</c> and <c>rules</c> are deeper and stay.</summary>
    private ConfigMapping Expanded(ConfigMapping whole) =>
        new(whole.At, [.. whole.Entries.Select(entry => entry with { Value = Expanded(entry.Value) })]);

    private ConfigNode Expanded(ConfigNode value) =>
        value switch
        {
            ConfigScalar { IsString: true } text => new ConfigScalar(text.At, ScalarKind.String, Expand(text.Text)),
            ConfigSequence list => new ConfigSequence(
                list.At,
                [.. list.Items.Select(item => item is ConfigScalar { IsString: true } ? Expanded(item) : item)]
            ),
            _ => value,
        };

    private string? KindOf(ConfigMapping whole)
    {
        string? kind = null;
        foreach (var candidate in place.Kinds)
        {
            if (!IsPresent(whole[candidate]))
                continue;
            if (kind is not null)
            {
                var several = $"Each include must use only one of: `{string.Join("`, `", place.Kinds)}`";
                bag.Error(DiagnosticCode.InvalidInclude, several, whole.At);
                return null;
            }
            kind = candidate;
        }
        if (kind is not null)
            return kind;
        var written = scope.Mask(JsonText.Of(whole));
        var message = $"`{written}` does not have a valid subkey for {place.Name}. Valid subkeys are: `{string.Join("`, `", place.Kinds)}`";
        var help = whole.Entries.Select(entry => Suggestion.For(entry.Key, place.Kinds)).FirstOrDefault(near => near is not null);
        bag.Error(DiagnosticCode.InvalidInclude, message, whole.At, help);
        return null;
    }

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
