using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Scenarios;

/// <summary>YAML as a JSON tree: plain true, false, null and numbers are such, all else is text.</summary>
internal static class YamlTree
{
    public static JsonObject Read(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return (JsonObject)(From(stream.Documents[0].RootNode) ?? throw new InvalidDataException("empty"));
    }

    private static JsonNode? From(YamlNode node) =>
        node switch
        {
            YamlMappingNode map => new JsonObject(
                map.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value ?? "", From(entry.Value)))
            ),
            YamlSequenceNode list => new JsonArray([.. list.Select(From)]),
            YamlScalarNode { Style: ScalarStyle.Plain } plain => FromPlain(plain.Value ?? ""),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value),
            _ => throw new InvalidDataException(node.ToString()),
        };

    private static JsonValue? FromPlain(string text) =>
        text switch
        {
            "" or "null" or "~" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && number.ToString(CultureInfo.InvariantCulture) == text => JsonValue.Create(number),
            _ when text.Contains('.')
                    && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var real) =>
                JsonValue.Create(real),
            _ => JsonValue.Create(text),
        };
}
