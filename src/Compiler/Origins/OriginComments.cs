using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Origins;

/// <summary>What stands behind each key of a merged configuration that tells where it comes from: <c># ci/base.yml:12, extends .base</c>.</summary>
internal sealed class OriginComments(OriginMap map)
{
    public static YamlComments From(ConfigMapping included)
    {
        var comments = new OriginComments(new OriginMap(included));
        return new YamlComments(comments.OfKey, comments.OfItem);
    }

    /// <summary>An anchor or a reference brings a value to a key that stands elsewhere: both places are told then.</summary>
    /// <param name="name">The top-level entry the key stands in.</param>
    private string OfKey(string name, ConfigEntry entry)
    {
        var (key, value) = (Of(name, entry.At), entry.Value.At);
        return map.OwnerOf(value) is not { } owner || owner == map.OwnerOf(entry.At) ? key : $"{key}; value from {Of(name, value)}";
    }

    private string Of(string name, Position at)
    {
        var place = $"{OneLine(at.File)}:{at.Line}";
        return map.WayTo(name, at) switch
        {
            Way.Extends => $"{place}, extends {OneLine(map.OwnerOf(at))}",
            Way.Anchor => $"{place}, anchor in {OneLine(map.OwnerOf(at))}",
            Way.Reference => $"{place}, !reference to {OneLine(map.OwnerOf(at))}",
            _ => place,
        };
    }

    /// <summary>The same for an item of a list, which needs no word when it was written where the list was.</summary>
    private string? OfItem(string name, Position at, Position list) =>
        at.File == list.File && map.OwnerOf(at) == map.OwnerOf(list) ? null : Of(name, at);

    /// <summary>A comment ends with its line, and a name must not begin another.</summary>
    private static string OneLine(string? name) => name is null ? "" : ScalarWriter.OneLine(name);
}
