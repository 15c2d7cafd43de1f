using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Slipway.Compiler.Keywords.Shapes;

namespace Slipway.Compiler.Schema;

/// <summary>
/// Makes JSON schemas (draft 7) of shapes. Null is no value, as for the check, so every key may have it. What a function in a shape checks
/// stands beside it as a piece of schema; what no schema can say is gathered in <see cref="Untold"/>.
/// </summary>
internal sealed class SchemaBuilder
{
    private readonly SortedSet<string> _untold = new(StringComparer.Ordinal);
    private readonly Dictionary<Shape, string> _names = new(ReferenceEqualityComparer.Instance);

    /// <summary>The keys that lead to where we are, for names.</summary>
    private readonly List<string> _path = [];

    /// <summary>One sentence each.</summary>
    public IReadOnlyCollection<string> Untold => _untold;

    /// <summary>What <c>$ref</c>s lead to, by name.</summary>
    public JsonObject Definitions { get; } = new() { ["nested_texts"] = ListOf(AnyOf(Typed("string"), Ref("nested_texts"))) };

    /// <summary>An object with these keys and no other.</summary>
    public JsonObject Map(IEnumerable<KeyValuePair<string, JsonNode>> keys, IEnumerable<MapRule> rules)
    {
        var properties = new JsonObject();
        foreach (var (name, schema) in keys)
            properties[name] = schema;
        var map = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        return With(map, [.. rules.Select(Rule).OfType<JsonObject>()]);
    }

    /// <summary>The value of a keyword, or null, or a <c>!reference</c> to the same keyword elsewhere.</summary>
    public JsonObject Key(Keyword keyword) => AnyOf(At(keyword.Name, keyword.Shape), Typed("null"), Reference(keyword.Name));

    /// <summary><c>!reference [JOB, KEYWORD …]</c> as an editor sees it: a list of names.</summary>
    private JsonObject Reference(string key)
    {
        var name = "reference_to_" + key;
        if (!Definitions.ContainsKey(name))
            Definitions[name] = new JsonObject
            {
                ["type"] = "array",
                ["minItems"] = 2,
                ["items"] = new JsonArray(Typed("string"), new JsonObject { ["const"] = key }),
                ["additionalItems"] = Typed("string"),
            };
        return Ref(name);
    }

    /// <summary><c>!reference [JOB, variables, NAME]</c>: to one of the keys below a keyword.</summary>
    private static JsonObject ReferenceInto(string key) =>
        new()
        {
            ["type"] = "array",
            ["minItems"] = 3,
            ["items"] = new JsonArray(Typed("string"), new JsonObject { ["const"] = key }, Typed("string")),
        };

    public static JsonObject Ref(string name) => new() { ["$ref"] = "#/definitions/" + name };

    /// <summary>Maps stand once each, under the name of the way to them.</summary>
    private JsonObject Shared(Shape shape, Func<JsonObject> make)
    {
        if (!_names.TryGetValue(shape, out var name))
        {
            name = string.Join('_', _path);
            for (var i = 2; Definitions.ContainsKey(name) || KeywordTable.All.Any(keyword => keyword.Name == name); i++)
                name = $"{string.Join('_', _path)}_{(i == 2 ? "map" : i)}";
            _names[shape] = name;
            Definitions[name] = null;
            Definitions[name] = make();
        }
        return Ref(name);
    }

    /// <summary>A shape that stands under a key.</summary>
    public JsonObject At(string key, Shape shape)
    {
        _path.Add(key);
        var schema = Of(shape);
        _path.RemoveAt(_path.Count - 1);
        return schema;
    }

    public JsonObject Of(Shape shape)
    {
        if (shape.Untold is { } untold)
            _untold.Add(untold);
        var schema = Bare(shape);
        return shape.Schema is { } more ? With(schema, [Parse(more)]) : schema;
    }

    private JsonObject Bare(Shape shape) =>
        shape switch
        {
            Shape.Anything => [],
            Shape.Text text => Text(text),
            Shape.Flag => Typed("boolean"),
            Shape.Choice choice => Words(choice.Values),
            Shape.Number number => new JsonObject
            {
                ["type"] = "integer",
                ["minimum"] = number.Min,
                ["maximum"] = number.Max,
            },
            Shape.Duration => Say("a duration is one that GitLab can read, and not too long", Filled()),
            Shape.Texts texts => Texts(texts),
            Shape.TextOrTexts => AnyOf(Typed("string"), ListOf(Typed("string"))),
            Shape.Commands => Say("scripts are nested at most ten levels deep", AnyOf(Typed("string"), Nested())),
            Shape.NestedTexts => Nested(),
            Shape.Integers => AnyOf(Typed("integer"), ListOf(Typed("integer"))),
            Shape.Expression => Say("conditions have the syntax of rules:if", Typed("string")),
            Shape.Expressions => Say("conditions have the syntax of rules:if", ListOf(Typed("string"))),
            Shape.Pattern => Say(
                "regular expressions have RE2's syntax",
                With(Typed("string"), [Parse(SchemaText.Pattern(@"^/[\s\S]*/[ismU]*$"))])
            ),
            Shape.Refs => Say("regular expressions have RE2's syntax", ListOf(Typed("string"))),
            Shape.Map map => Shared(map, () => Map(map.Keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode)Key(key))), map.Rules)),
            Shape.Named named => Shared(named, () => Named(named)),
            Shape.Items items => Items(items),
            Shape.ByKind kinds => ByKind(kinds),
            Shape.OneOf kinds => AnyOf([.. kinds.Kinds.Select(Of)]),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };

    private static JsonObject Text(Shape.Text shape)
    {
        var text = shape.Required ? Filled() : Typed("string");
        if (shape.MaxLength < int.MaxValue)
            text["maxLength"] = shape.MaxLength;
        return text;
    }

    /// <summary>A text that is not blank.</summary>
    private static JsonObject Filled() => new() { ["type"] = "string", ["pattern"] = @"\S" };

    private static JsonObject Words(IEnumerable<string> words) => new() { ["enum"] = Strings(words) };

    private static JsonObject Texts(Shape.Texts shape)
    {
        var list = ListOf(shape.Known.IsEmpty ? Typed("string") : Words(shape.Known));
        if (shape.Min > 0)
            list["minItems"] = shape.Min;
        if (shape.Max < int.MaxValue)
            list["maxItems"] = shape.Max;
        return list;
    }

    private JsonObject Named(Shape.Named shape)
    {
        var item = Of(shape.Item);
        var named = Typed("object");
        var value = shape.RefusesNull ? item : AnyOf(item, Typed("null"));
        named["additionalProperties"] = _path.Count > 0 && item.Count > 0 ? AnyOf(value, ReferenceInto(_path[^1])) : value;
        if (shape.Max < int.MaxValue)
            named["maxProperties"] = shape.Max;
        return named;
    }

    /// <summary>Nested lists are flattened; a list of texts among the items may be a <c>!reference</c>.</summary>
    private JsonObject Items(Shape.Items shape)
    {
        var reference = ListOf(Typed("string"));
        reference["minItems"] = 2;
        var nested = ListOf(AnyOf(Of(shape.Item), Typed("null"), Typed("array")));
        var list = ListOf(AnyOf(Of(shape.Item), Typed("null"), reference, nested));
        if (shape.Required)
            list["minItems"] = 1;
        if (shape.Max < int.MaxValue)
            list["maxItems"] = shape.Max;
        return shape.AllowsOne ? AnyOf(list, Of(shape.Item)) : list;
    }

    private JsonObject ByKind(Shape.ByKind shape) =>
        AnyOf([
            .. Branch(shape.OnText, "string"),
            .. Branch(shape.OnNumber, "number"),
            .. Branch(shape.OnFlag, "boolean"),
            .. Branch(shape.OnList, "array"),
            .. Branch(shape.OnMap, "object"),
        ]);

    /// <summary>A shape for values of one type alone. One that no such value has refuses them all, and is no branch.</summary>
    private IEnumerable<JsonObject> Branch(Shape? shape, string type)
    {
        if (shape is null)
            return [];
        var branch = shape is Shape.Items { AllowsOne: true } list && type == "object" ? Of(list.Item) : Of(shape);
        if (branch.Count == 0)
            return [Typed(type)];
        var own = shape is Shape.Map or Shape.Named ? "object" : (string?)branch["type"];
        return own is null ? [With(Typed(type), [branch])]
            : own == type || (own == "integer" && type == "number") ? [branch]
            : [];
    }

    private JsonObject? Rule(MapRule rule)
    {
        if (rule.Untold is { } untold)
            _untold.Add(untold);
        return rule switch
        {
            MapRule.Exclusive(var keys) => Parse(SchemaText.Not(SchemaText.Any([.. Pairs(keys)]))),
            MapRule.Required(var keys) => new JsonObject { ["required"] = Strings(keys) },
            MapRule.ExactlyOne(var keys) => new JsonObject { ["oneOf"] = new JsonArray([.. keys.Select(Has)]) },
            MapRule.NotEmpty => new JsonObject { ["minProperties"] = 1 },
            MapRule.Present { Schema: { } condition } present => Parse(SchemaText.If(condition, Filled(present.Key))),
            MapRule.Present present => Parse(Filled(present.Key)),
            { Schema: { } schema } => Parse(schema),
            _ => null,
        };
    }

    private static string Filled(string key) =>
        SchemaText.All($$"""{"required":["{{key}}"]}""", SchemaText.Key(key, """{"not":{"enum":[null,[],{}]}}"""));

    private static IEnumerable<string> Pairs(ImmutableArray<string> keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            for (var j = i + 1; j < keys.Length; j++)
                yield return $$"""{"required":["{{keys[i]}}","{{keys[j]}}"]}""";
        }
    }

    private static JsonObject Has(string key) => new() { ["required"] = Strings([key]) };

    private JsonObject Say(string untold, JsonObject schema)
    {
        _untold.Add(untold);
        return schema;
    }

    public static JsonObject Typed(string type) => new() { ["type"] = type };

    public static JsonObject ListOf(JsonObject item) => new() { ["type"] = "array", ["items"] = item };

    /// <summary>Texts in lists in lists.</summary>
    private static JsonObject Nested() => Ref("nested_texts");

    public static JsonObject AnyOf(params ReadOnlySpan<JsonObject> schemas)
    {
        if (schemas.Length == 1)
            return schemas[0];
        var all = new JsonArray();
        foreach (var schema in schemas)
            all.Add((JsonNode)schema);
        return new JsonObject { ["anyOf"] = all };
    }

    /// <summary>A schema with others that must hold as well.</summary>
    public static JsonObject With(JsonObject schema, IReadOnlyList<JsonObject> others)
    {
        if (others.Count == 0)
            return schema;
        // Beside a $ref nothing counts.
        if (schema.ContainsKey("$ref"))
            schema = new JsonObject { ["allOf"] = new JsonArray(schema) };
        var all = schema["allOf"] as JsonArray ?? [];
        if (all.Parent is null)
            schema["allOf"] = all;
        foreach (var other in others)
            all.Add((JsonNode)other);
        return schema;
    }

    public static JsonObject Parse(string schema) => JsonNode.Parse(schema)!.AsObject();

    public static JsonArray Strings(IEnumerable<string> texts)
    {
        var list = new JsonArray();
        foreach (var text in texts)
            list.Add((JsonNode)text);
        return list;
    }
}
