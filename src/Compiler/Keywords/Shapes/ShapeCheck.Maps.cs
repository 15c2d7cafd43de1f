using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords.Shapes;

internal sealed partial class ShapeCheck
{
    private void CheckMap(Shape.Map shape, ConfigNode node, in Subject subject)
    {
        if (node is not ConfigMapping map)
        {
            RefuseType(shape, shape.Wrong, node, subject);
            return;
        }
        var inside = subject.Inside;
        foreach (var entry in map.Entries)
        {
            if (Find(shape.Keys, entry.Key) is { } keyword)
                CheckKey(keyword, entry, inside);
        }
        TellUnknownKeys(shape, map, inside);
        foreach (var rule in shape.Rules)
            CheckRule(rule, map, subject);
    }

    /// <summary>Checks the value of one key; null is no value.</summary>
    public void CheckKey(Keyword keyword, in ConfigEntry entry, Location? inside)
    {
        if (entry.Value is ConfigScalar { IsNull: true })
            return;
        Check(keyword.Shape, entry.Value, Subject.Of(keyword, inside, entry.At));
    }

    private static Keyword? Find(ImmutableArray<Keyword> keys, string name)
    {
        foreach (var keyword in keys)
        {
            if (string.Equals(keyword.Name, name, StringComparison.Ordinal))
                return keyword;
        }
        return null;
    }

    private void TellUnknownKeys(Shape.Map shape, ConfigMapping map, Location inside)
    {
        var keys = shape.Keys;
        List<ConfigEntry>? unknown = null;
        foreach (var entry in map.Entries)
        {
            if (Find(keys, entry.Key) is null)
                (unknown ??= []).Add(entry);
        }
        if (unknown is not null)
            TellUnknownKeys(unknown, inside, key => Suggestion.For(key, keys.Select(keyword => keyword.Name)), shape.UnknownKeys);
    }

    /// <summary>A map with more of them is no configuration.</summary>
    private const int MostUnknownKeys = 100;

    /// <summary>One message for all unknown keys of a map, as GitLab gives it, at the first of them; the others are in its trail.</summary>
    public void TellUnknownKeys(
        List<ConfigEntry> unknown,
        Location inside,
        Func<string, string?> advise,
        string words = "contains unknown keys"
    )
    {
        var named = unknown.Take(MostUnknownKeys);
        var names = string.Join(", ", named.Select(entry => entry.Key));
        var help = string.Join(" ", named.Select(entry => advise(entry.Key)).OfType<string>().Distinct());
        var text = $"{words}: {names}";
        if (!_told.Add((DiagnosticCode.UnknownKey, text, unknown[0].At)))
            return;
        bag.Add(
            new Diagnostic(DiagnosticCode.UnknownKey, Severity.Error, $"{inside} config {text}", unknown[0].At)
            {
                Help = help.Length > 0 ? help : null,
                Trail = [.. named.Skip(1).Select(entry => ($"{entry.Key} stands at", entry.At))],
            }
        );
    }

    public void CheckRule(MapRule rule, ConfigMapping map, in Subject subject)
    {
        var inside = subject.Inside;
        switch (rule)
        {
            case MapRule.NotEmpty when map.Entries.Count == 0:
                Refuse(DiagnosticCode.Missing, "can't be blank", map, subject);
                break;
            case MapRule.Exclusive(var keys) when CountOf(map, keys) > 1 && Present(map, keys) is [_, var second, ..] present:
                var together = $"these keys cannot be used together: {string.Join(", ", present.Select(entry => entry.Key))}";
                Tell(DiagnosticCode.CannotBeTogether, together, $"{inside} config {together}", second.At);
                break;
            case MapRule.Required(var keys) when CountOf(map, keys) < keys.Length && keys.Where(key => !map.Has(key)) is var absent:
                RefuseMap(DiagnosticCode.Missing, $"missing required keys: {string.Join(", ", absent)}", map, inside, subject.KeyAt);
                break;
            case MapRule.ExactlyOne(var keys) when CountOf(map, keys) != 1:
                var one = $"must use exactly one of these keys: {string.Join(", ", keys)}";
                RefuseMap(
                    DiagnosticCode.CannotBeTogether,
                    one,
                    map,
                    inside,
                    Present(map, keys) is [_, var extra, ..] ? extra.At : subject.KeyAt
                );
                break;
            case MapRule.Present(var key) present when (present.When is null || present.When(map)) && IsAbsent(map[key]):
                _bad.Add(map);
                Tell(DiagnosticCode.Missing, key, $"{inside} {Subject.Humanize(key)} can't be blank", map.Entry(key)?.At ?? subject.KeyAt);
                break;
            case MapRule.Test(var find) when find(map) is { } complaint:
                var at = map.Entry(complaint.Key)?.At ?? subject.KeyAt;
                Tell(
                    complaint.Code,
                    complaint.Key + complaint.Text,
                    $"{inside} {complaint.About ?? Subject.Humanize(complaint.Key)} {complaint.Text}",
                    at
                );
                break;
            default:
                break;
        }
    }

    private void RefuseMap(string code, string text, ConfigMapping map, Location inside, Position at)
    {
        _bad.Add(map);
        Tell(code, text, $"{inside} config {text}", at);
    }

    private static int CountOf(ConfigMapping map, ImmutableArray<string> keys)
    {
        var count = 0;
        foreach (var key in keys)
            count += map.Has(key) ? 1 : 0;
        return count;
    }

    private static ConfigEntry[] Present(ConfigMapping map, ImmutableArray<string> keys) =>
        [.. map.Entries.Where(entry => keys.Contains(entry.Key))];

    private static bool IsAbsent(ConfigNode? node) =>
        node switch
        {
            null or ConfigScalar { IsNull: true } => true,
            ConfigSequence list => list.Items.Count == 0,
            ConfigMapping map => map.Entries.Count == 0,
            _ => false,
        };

    private void CheckNamed(Shape.Named shape, ConfigNode node, in Subject subject)
    {
        if (node is not ConfigMapping map)
        {
            RefuseType(shape, shape.Wrong, node, subject);
            return;
        }
        if (shape.Test?.Invoke(map) is { } objection)
            Refuse(DiagnosticCode.InvalidValue, objection, map, subject);
        if (map.Entries.Count > shape.Max)
            Refuse(DiagnosticCode.OutOfLimits, shape.TooMany, map, subject, map.Entries[shape.Max].At);
        var inside = subject.Inside;
        foreach (var entry in map.Entries)
        {
            if (shape.RefusesNull || entry.Value is not ConfigScalar { IsNull: true })
                Check(shape.Item, entry.Value, new Subject(inside, entry.Key, IsEntry: true, entry.At));
        }
    }
}
