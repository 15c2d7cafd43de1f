using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Slipway.Runner.Expressions;

/// <summary>A value of GitLab's expression language Moa. https://docs.gitlab.com/ci/functions/moa/</summary>
internal abstract record MoaValue
{
    private MoaValue() { }

    internal sealed record Null : MoaValue
    {
        public static Null Value { get; } = new();
    }

    internal sealed record Boolean(bool Value) : MoaValue;

    internal sealed record Number(double Value) : MoaValue;

    internal sealed record Text(string Value) : MoaValue;

    internal sealed record List(ImmutableArray<MoaValue> Items) : MoaValue;

    internal sealed record Map(ImmutableSortedDictionary<string, MoaValue> Entries) : MoaValue
    {
        public static Map Of(IEnumerable<KeyValuePair<string, MoaValue>> entries)
        {
            var map = ImmutableSortedDictionary.CreateBuilder<string, MoaValue>(StringComparer.Ordinal);
            foreach (var (key, value) in entries)
                map[key] = value;
            return new Map(map.ToImmutable());
        }
    }

    public static MoaValue From(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.True => new Boolean(true),
            JsonValueKind.False => new Boolean(false),
            JsonValueKind.Number => new Number(json.GetDouble()),
            JsonValueKind.String => new Text(json.GetString()!),
            JsonValueKind.Array => new List([.. json.EnumerateArray().Select(From)]),
            JsonValueKind.Object => Map.Of(json.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, From(entry.Value)))),
            _ => Null.Value,
        };

    /// <summary>False, zero, nothing, and what is empty are not.</summary>
    public bool IsTruthy =>
        this switch
        {
            Boolean(var value) => value,
            Number(var value) => value != 0,
            Text(var value) => value.Length > 0,
            List(var items) => items.Length > 0,
            Map(var entries) => entries.Count > 0,
            _ => false,
        };

    /// <summary>What Moa calls its kind.</summary>
    public string Kind =>
        this switch
        {
            Boolean => "bool",
            Number => "number",
            Text => "string",
            List => "array",
            Map => "object",
            _ => "null",
        };

    /// <summary>As it goes into a text: a list or map as JSON.</summary>
    public string Shown
    {
        get
        {
            if (this is Text(var text))
                return text;
            var shown = new StringBuilder();
            Write(shown, this, inside: false);
            return shown.ToString();
        }
    }

    private static void Write(StringBuilder to, MoaValue value, bool inside)
    {
        switch (value)
        {
            case Boolean(var flag):
                to.Append(flag ? "true" : "false");
                break;
            case Number(var number):
                to.Append(Digits(number));
                break;
            case Text(var text):
                to.Append('"').Append(JsonEncodedText.Encode(text)).Append('"');
                break;
            case List(var items):
                to.Append('[');
                for (var i = 0; i < items.Length; i++)
                    Write(i == 0 ? to : to.Append(','), items[i], inside: true);
                to.Append(']');
                break;
            case Map(var entries):
                to.Append('{');
                var first = true;
                foreach (var (key, item) in entries)
                {
                    to.Append(first ? "" : ",").Append('"').Append(JsonEncodedText.Encode(key)).Append("\":");
                    Write(to, item, inside: true);
                    first = false;
                }

                to.Append('}');
                break;
            default:
                to.Append(inside ? "null" : "<null>");
                break;
        }
    }

    private static string Digits(double number) =>
        double.IsInteger(number) && Math.Abs(number) < 1e15
            ? number.ToString("F0", CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The order of two values: by kind, then by value; texts by their code points.</summary>
    public static int Compare(MoaValue left, MoaValue right) =>
        (left, right) switch
        {
            (Boolean a, Boolean b) => a.Value.CompareTo(b.Value),
            (Number a, Number b) => a.Value.CompareTo(b.Value),
            (Text a, Text b) => string.CompareOrdinal(a.Value, b.Value),
            (List a, List b) => Compare(a.Items, b.Items),
            (Map a, Map b) => Compare(a.Entries, b.Entries),
            _ => Rank(left).CompareTo(Rank(right)),
        };

    private static int Compare(ImmutableArray<MoaValue> left, ImmutableArray<MoaValue> right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
            if (Compare(left[i], right[i]) is not 0 and var order)
                return order;
        return left.Length.CompareTo(right.Length);
    }

    private static int Compare(ImmutableSortedDictionary<string, MoaValue> left, ImmutableSortedDictionary<string, MoaValue> right)
    {
        if (left.Count != right.Count)
            return left.Count.CompareTo(right.Count);
        foreach (var (a, b) in left.Keys.Zip(right.Keys))
            if (string.CompareOrdinal(a, b) is not 0 and var order)
                return order;
        foreach (var (a, b) in left.Values.Zip(right.Values))
            if (Compare(a, b) is not 0 and var order)
                return order;
        return 0;
    }

    private static int Rank(MoaValue value) =>
        value switch
        {
            Boolean => 1,
            Number => 2,
            Text => 3,
            List => 4,
            Map => 5,
            _ => 0,
        };
}
