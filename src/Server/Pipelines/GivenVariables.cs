using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Protocol.Variables;
using Slipway.Server.Http;

namespace Slipway.Server.Pipelines;

/// <summary>The variables a caller gives a pipeline or a job: <c>variables[][key]</c>, <c>[][value]</c>, <c>[][variable_type]</c>, in JSON or a form.</summary>
internal static class GivenVariables
{
    private const int Most = 200;

    /// <param name="name"><c>variables</c>, <c>job_variables_attributes</c>.</param>
    /// <returns>The variables, or what is wrong.</returns>
    public static (ImmutableArray<Variable> Variables, string? Problem) Read(Parameters p, string name = "variables")
    {
        return Check(p.Json is { } json ? FromJson(json, name) : FromForm(p, name), name);
    }

    /// <summary>The same of names and values.</summary>
    public static (ImmutableArray<Variable> Variables, string? Problem) Of(IEnumerable<(string Key, string Value)> pairs) =>
        Check(pairs.Select(pair => ((string?)pair.Key, (string?)pair.Value, (string?)null)), "variables");

    /// <summary>The same of names, values, and whether a job has it as a file.</summary>
    public static (ImmutableArray<Variable> Variables, string? Problem) Of(IEnumerable<(string Key, string Value, bool IsFile)> lines) =>
        Check(lines.Select(line => ((string?)line.Key, (string?)line.Value, line.IsFile ? "file" : null)), "variables");

    private static (ImmutableArray<Variable> Variables, string? Problem) Check(
        IEnumerable<(string? Key, string? Value, string? Type)> given,
        string name
    )
    {
        var all = ImmutableArray.CreateBuilder<Variable>();
        foreach (var (key, value, type) in given)
        {
            if (string.IsNullOrEmpty(key))
                return ([], $"{name}[0][key] is missing");
            if (!key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                return ([], $"{name}[{all.Count}][key] can contain only letters, digits and '_'");
            if (all.Count == Most)
                return ([], $"{name} has more than {Most} entries");
            all.Add(new Variable(key, value ?? "", Public: true, File: type == "file"));
        }

        return (all.DrainToImmutable(), null);
    }

    private static IEnumerable<(string? Key, string? Value, string? Type)> FromJson(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var list))
            yield break;
        if (list.ValueKind == JsonValueKind.Object)
        {
            foreach (var item in list.EnumerateObject())
                yield return (item.Name, TextOf(item.Value), null);
            yield break;
        }

        if (list.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var item in list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
            yield return (Field(item, "key"), Field(item, "value"), Field(item, "variable_type"));
    }

    private static string? Field(JsonElement item, string name) => item.TryGetProperty(name, out var value) ? TextOf(value) : null;

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    /// <summary>Forms repeat <c>variables[][key]</c> and <c>variables[][value]</c>, one after another; triggers write <c>variables[KEY]=value</c>.</summary>
    private static IEnumerable<(string? Key, string? Value, string? Type)> FromForm(Parameters p, string name)
    {
        var (keys, values, types) = (Texts("key"), Texts("value"), Texts("variable_type"));
        for (var at = 0; at < keys.Count; at++)
            yield return (keys[at], at < values.Count ? values[at] : "", at < types.Count ? types[at] : null);
        foreach (var (key, value) in p.Map(name))
        {
            if (key.Length > 0)
                yield return (key, value, null);
        }

        IReadOnlyList<string?> Texts(string field) =>
            p.Form?.TryGetValue($"{name}[][{field}]", out var list) == true ? [.. list] : [.. p.Query($"{name}[][{field}]")];
    }
}
