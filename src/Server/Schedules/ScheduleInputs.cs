using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Server.Http;

namespace Slipway.Server.Schedules;

/// <summary>The inputs a schedule gives its pipelines, kept as API v4 writes them: <c>[{"name": "tier", "value": "blue"}]</c>.</summary>
internal sealed record ScheduleInputs(ImmutableArray<KeyValuePair<string, JsonNode?>> All)
{
    /// <summary>https://docs.gitlab.com/ci/pipelines/schedules/</summary>
    public const int Most = 20;

    private const int LongestName = 255;

    public static readonly ScheduleInputs None = new([]);

    /// <param name="json">From a row.</param>
    public static ScheduleInputs Parse(string json) =>
        new([.. JsonNode.Parse(json)!.AsArray().Select(item => KeyValuePair.Create((string)item!["name"]!, item["value"]?.DeepClone()))]);

    public string ToJson() =>
        new JsonArray([.. All.Select(input => new JsonObject { ["name"] = input.Key, ["value"] = input.Value?.DeepClone() })]).ToJsonString(
            Answers.Json
        );

    /// <summary>As a pipeline takes them: lists and the like in JSON.</summary>
    public ImmutableDictionary<string, string> Texts =>
        All.ToImmutableDictionary(
            input => input.Key,
            input =>
                input.Value is null ? ""
                : input.Value.GetValueKind() == JsonValueKind.String ? input.Value.GetValue<string>()
                : input.Value.ToJsonString(Answers.Json)
        );

    /// <summary>With what a caller gives added, changed, and taken away where it says <c>destroy</c>.</summary>
    /// <returns>Or what is wrong with it.</returns>
    public (ScheduleInputs Inputs, FieldError? Problem) With(Parameters p)
    {
        var all = All.ToList();
        foreach (var (name, value, destroy) in Given(p))
        {
            if (string.IsNullOrEmpty(name) || name.Length > LongestName)
                return (this, new FieldError("inputs.name", FieldError.Blank));
            var at = all.FindIndex(input => input.Key == name);
            if (destroy && at >= 0)
                all.RemoveAt(at);
            else if (at >= 0)
                all[at] = KeyValuePair.Create(name, value);
            else if (!destroy)
                all.Add(KeyValuePair.Create(name, value));
        }

        return all.Count > Most ? (this, new FieldError("inputs", $"exceeds the limit of {Most}.")) : (new ScheduleInputs([.. all]), null);
    }

    private static IEnumerable<(string? Name, JsonNode? Value, bool Destroy)> Given(Parameters p)
    {
        if (p.Json is { } json)
        {
            if (!json.TryGetProperty("inputs", out var list) || list.ValueKind != JsonValueKind.Array)
                yield break;
            foreach (var item in list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
                yield return (
                    item.TryGetProperty("name", out var name) ? name.ToString() : null,
                    item.TryGetProperty("value", out var value) ? JsonNode.Parse(value.GetRawText()) : null,
                    item.TryGetProperty("destroy", out var destroy) && destroy.ValueKind == JsonValueKind.True
                );
            yield break;
        }

        var (names, values) = (p.Form?["inputs[][name]"] ?? default, p.Form?["inputs[][value]"] ?? default);
        for (var at = 0; at < names.Count; at++)
            yield return (names[at], JsonValue.Create(at < values.Count ? values[at] : ""), false);
    }
}
