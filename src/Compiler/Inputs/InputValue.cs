using System.Globalization;
using System.Text.Json;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>Values of inputs: nodes, also when they came as text.</summary>
internal static class InputValue
{
    /// <summary>As Ruby's <c>to_s</c> gives it: a scalar its text, a list or map as Ruby prints it.</summary>
    public static string ToText(ConfigNode node) => node is ConfigScalar scalar ? scalar.Text : RubyText.Inspect(node);

    /// <summary>Equal in type and value; <c>1</c> and <c>1.0</c> are.</summary>
    public static bool AreSame(ConfigNode left, ConfigNode right)
    {
        if (left is not ConfigScalar a || right is not ConfigScalar b)
            return left.GetType() == right.GetType() && RubyText.Inspect(left) == RubyText.Inspect(right);
        if (IsNumber(a) && IsNumber(b))
            return a.Text == b.Text
                || double.Parse(a.Text, CultureInfo.InvariantCulture).Equals(double.Parse(b.Text, CultureInfo.InvariantCulture));
        return a.Kind == b.Kind && a.Text == b.Text;
    }

    public static bool IsNumber(ConfigNode node) => node is ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float };

    /// <summary>The value in the input's type: text becomes what it is as JSON, where the type is not text; what cannot stays as it is.</summary>
    public static ConfigNode InType(ConfigNode value, InputType type)
    {
        if (type == InputType.String)
            return value is ConfigScalar { IsString: true } ? value : new ConfigScalar(value.At, ScalarKind.String, ToText(value));
        return value is ConfigScalar { IsString: true } text ? FromJson(text.Text, text.At) ?? value : value;
    }

    private static ConfigNode? FromJson(string text, Position at)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return FromJson(document.RootElement, at);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ConfigNode FromJson(JsonElement value, Position at) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => new ConfigScalar(at, ScalarKind.Null, ""),
            JsonValueKind.True => new ConfigScalar(at, ScalarKind.Boolean, "true"),
            JsonValueKind.False => new ConfigScalar(at, ScalarKind.Boolean, "false"),
            JsonValueKind.Number => FromNumber(value.GetRawText(), at),
            JsonValueKind.Array => new ConfigSequence(at, [.. value.EnumerateArray().Select(item => FromJson(item, at))]),
            JsonValueKind.Object => FromObject(value, at),
            _ => new ConfigScalar(at, ScalarKind.String, value.GetString() ?? ""),
        };

    private static ConfigScalar FromNumber(string text, Position at) =>
        text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? new ConfigScalar(at, ScalarKind.Integer, text == "-0" ? "0" : text)
            : new ConfigScalar(at, ScalarKind.Float, RubyText.FromDouble(double.Parse(text, CultureInfo.InvariantCulture)));

    private static ConfigMapping FromObject(JsonElement value, Position at)
    {
        var entries = new MappingBuilder();
        foreach (var property in value.EnumerateObject())
            entries.Set(new ConfigEntry(property.Name, at, FromJson(property.Value, at)));
        return entries.Build(at);
    }
}
