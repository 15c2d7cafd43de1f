using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Compiler.Include;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Inputs;

/// <summary>Random configurations with blocks against a slow replacement by regular expression, one text at a time.</summary>
public sealed partial class InterpolationPropertyTests
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_texts =
    [
        "",
        "a",
        "b c",
        "$V/x",
        "${V}$NOPE",
        "it's \"q\"",
        "é🚀z",
        "l1\nl2",
        "a,b, c",
        "$[[ inputs.t ]]",
        "*?;|",
    ];
    private static readonly string[] s_functions = ["expand_vars", "posix_escape", "truncate(1,3)", "truncate(0,0)", "truncate(2,99)"];

    [Fact]
    public void Random_blocks_come_out_as_from_the_plain_definition()
    {
        for (var round = 0; round < 1_500; round++)
        {
            var random = new Random(round);
            var inputs = Inputs(random);
            var body = new JsonObject { ["root"] = Node(random, inputs, 3) };
            var yaml = Unpaired($"{Specs(inputs)}\n---\n{body.ToJsonString(s_plain)}\n");
            var bag = new DiagnosticBag();
            var scope = new IncludeScope { Variable = name => name == "V" ? new Variable("V", "value $W") : null };
            var loaded = ConfigurationLoader.Load(new ConfigRoot.Text("f.yml", yaml), ProjectTree.Empty, scope, bag);
            Assert.True(loaded.Root is not null, $"round {round}: {string.Join(", ", bag.ToImmutable().Select(d => d.Message))}\n{yaml}");
            Assert.Equal(Slowly(body, inputs)!.ToJsonString(s_plain), Plain(loaded.Root));
        }
    }

    /// <summary>By way of a JSON reader, so that both sides are written alike.</summary>
    private static string Plain(ConfigNode node) => JsonNode.Parse(JsonText.Of(node))!.ToJsonString(s_plain);

    /// <summary>JSON writes a letter beyond U+FFFF as two escapes, which YAML does not take.</summary>
    private static string Unpaired(string json) => json.Replace(@"\uD83D\uDE80", "🚀", StringComparison.Ordinal);

    private static Dictionary<string, JsonNode> Inputs(Random random) =>
        new()
        {
            ["t"] = s_texts[random.Next(s_texts.Length)],
            ["u"] = s_texts[random.Next(s_texts.Length)],
            ["n"] = random.Next(-5, 100),
            ["f"] = random.Next(2) == 0,
            ["l"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => (JsonNode)s_texts[random.Next(4)])]),
        };

    private static string Specs(Dictionary<string, JsonNode> inputs)
    {
        var specs = new JsonObject();
        foreach (var (name, value) in inputs)
        {
            var type = value switch
            {
                JsonArray => "array",
                _ when value.GetValueKind() == JsonValueKind.Number => "number",
                _ when value.GetValueKind() == JsonValueKind.String => "string",
                _ => "boolean",
            };
            specs[name] = new JsonObject { ["type"] = type, ["default"] = value.DeepClone() };
        }

        return new JsonObject { ["spec"] = new JsonObject { ["inputs"] = specs } }.ToJsonString(s_plain);
    }

    private static JsonNode Node(Random random, Dictionary<string, JsonNode> inputs, int depth)
    {
        switch (depth == 0 ? 2 : random.Next(5))
        {
            case 0:
                return new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Node(random, inputs, depth - 1))]);
            case 1:
                var map = new JsonObject();
                for (var i = random.Next(3); i >= 0; i--)
                    map[$"k{i}{(random.Next(3) == 0 ? "-" + Block(random, inputs) : "")}"] = Node(random, inputs, depth - 1);
                return map;
            default:
                return random.Next(4) switch
                {
                    0 => Block(random, inputs),
                    1 => $"plain {random.Next(9)}",
                    2 => random.Next(100),
                    _ => $"a {Block(random, inputs)}{Block(random, inputs)} $[[ b",
                };
        }
    }

    private static string Block(Random random, Dictionary<string, JsonNode> inputs)
    {
        var name = inputs.Keys.ElementAt(random.Next(inputs.Count));
        var functions = name is "t" or "u"
            ? Enumerable.Range(0, random.Next(4)).Select(_ => s_functions[random.Next(s_functions.Length)])
            : [];
        var space = random.Next(2) == 0 ? " " : "";
        return $"$[[{space}inputs.{name}{string.Concat(functions.Select(function => $" |{space}{function}"))}{space}]]";
    }

    private static JsonNode? Slowly(JsonNode? node, Dictionary<string, JsonNode> inputs)
    {
        switch (node)
        {
            case JsonArray list:
                var items = list.SelectMany(item =>
                {
                    var replaced = Slowly(item, inputs);
                    return item is JsonValue && replaced is JsonArray inner ? inner.Select(one => one?.DeepClone()) : [replaced];
                });
                return new JsonArray([.. items]);
            case JsonObject map:
                var result = new JsonObject();
                foreach (var (key, value) in map)
                    result[AsText(Slowly(key, inputs)!)] = Slowly(value, inputs);
                return result;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                var text = value.GetValue<string>();
                var whole = Blocks().Match(text);
                return whole.Success && whole.Length == text.Length
                    ? Value(whole, inputs)
                    : Blocks().Replace(text, block => AsText(Value(block, inputs)));
            default:
                return node?.DeepClone();
        }
    }

    private static JsonNode Value(Match block, Dictionary<string, JsonNode> inputs)
    {
        var value = inputs[block.Groups["name"].Value].DeepClone();
        foreach (var function in block.Groups["function"].Captures.Select(capture => capture.Value))
        {
            var text = value.GetValue<string>();
            value = function switch
            {
                "expand_vars" => Regex.Replace(text, @"\$V\b|\$\{V\}", "value $$W"),
                "posix_escape" when text.Length == 0 => "''",
                "posix_escape" => Regex.Replace(
                    text,
                    @"(?<line>\n)|[^A-Za-z0-9_\-.,:+/@\n\uDC00-\uDFFF]",
                    m => m.Groups["line"].Success ? "'\n'" : "\\" + m.Value
                ),
                _ => Cut(text, function),
            };
        }

        return value;
    }

    private static string Cut(string text, string function)
    {
        var numbers = Regex.Matches(function, "[0-9]+").Select(number => int.Parse(number.Value, CultureInfo.InvariantCulture)).ToArray();
        return string.Concat(text.EnumerateRunes().Skip(numbers[0]).Take(numbers[1]).Select(rune => rune.ToString()));
    }

    /// <summary>A list as Ruby prints it; no text in a list here holds anything Ruby would escape.</summary>
    private static string AsText(JsonNode value) =>
        value is JsonArray list ? $"[{string.Join(", ", list.Select(item => $"\"{item!.GetValue<string>()}\""))}]"
        : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>()
        : value.ToJsonString();

    [GeneratedRegex(@"\$\[\[\s*inputs\.(?<name>\w+)(?:\s*\|\s*(?<function>[a-z_]+(?:\([0-9,]*\))?))*\s*\]\]")]
    private static partial Regex Blocks();
}
