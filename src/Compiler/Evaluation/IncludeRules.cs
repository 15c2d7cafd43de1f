using System.Collections.Immutable;
using Slipway.Compiler.Include;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Variables;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Evaluation;

/// <summary><c>include:rules</c>: read and asked before anything else of the configuration is known (gitlab-ci-yaml §4).</summary>
internal sealed class IncludeRules(RuleEvaluation rules, VariableScope scope)
{
    private const string Place = "include:rules:rule";

    private static readonly string[] Keys = ["if", "changes", "exists", "when"];

    private readonly VariableScope _nothing = new([VariableLayer.Empty]);

    /// <param name="origin">Of the file the rules stand in.</param>
    /// <returns>False also when the rules are wrong, which the bag is told.</returns>
    public bool Allow(ConfigNode node, IncludeOrigin origin, DiagnosticBag bag)
    {
        var list = ImmutableArray.CreateBuilder<RuleConfig>();
        if (!TryRead(node, list, bag, depth: 0))
            return false;
        var result = rules.Evaluate(list.DrainToImmutable(), origin.SeesVariables ? scope : _nothing, origin);
        if (result.Error is { } error)
            bag.Add(error);
        return result.Matched is { Never: false };
    }

    private static bool TryRead(ConfigNode node, ImmutableArray<RuleConfig>.Builder list, DiagnosticBag bag, int depth)
    {
        if (node is ConfigSequence sequence && depth <= 10)
            return sequence.Items.Aggregate(true, (good, item) => TryRead(item, list, bag, depth + 1) && good);
        if (node is not ConfigMapping map || depth == 0)
            return Refuse(bag, "include:rules config should be an array of hashes", node.At);
        var unknown = map.Entries.Where(entry => !Keys.Contains(entry.Key)).Select(entry => entry.Key).ToArray();
        if (unknown.Length > 0)
            return Refuse(bag, $"{Place} config contains unknown keys: {string.Join(", ", unknown)}", map.At);
        var rule = new RuleConfig { At = map.At };
        if (!TryCondition(map["if"], ref rule, bag) || !TryWhen(map["when"], ref rule, bag))
            return false;
        if (!TryPaths(map["changes"], "changes", bag, out var changes) || !TryPaths(map["exists"], "exists", bag, out var exists))
            return false;
        list.Add(
            rule with
            {
                Changes = changes is { } c
                    ? new ChangesConfig(c.At, c.Paths, TextOf(map["changes"], "compare_to")) { Regexp = TextOf(map["changes"], "regexp") }
                    : null,
                Exists = exists is { } e
                    ? new ExistsConfig(e.At, e.Paths, TextOf(map["exists"], "project"), TextOf(map["exists"], "ref"))
                    {
                        Regexp = TextOf(map["exists"], "regexp"),
                    }
                    : null,
            }
        );
        return true;
    }

    private static bool TryCondition(ConfigNode? node, ref RuleConfig rule, DiagnosticBag bag)
    {
        if (node is null or ConfigScalar { IsNull: true })
            return true;
        if (node is not ConfigScalar { IsString: true } text)
            return Refuse(bag, $"{Place} if {Expression.SyntaxError}", node.At);
        if (!Expression.TryParse(text.Text, out _, out var problem))
            return Refuse(bag, $"{Place} if {Expression.SyntaxError}", node.At, problem);
        rule = rule with { If = new TextAt(text.Text, text.At) };
        return true;
    }

    private static bool TryWhen(ConfigNode? node, ref RuleConfig rule, DiagnosticBag bag)
    {
        if (node is null or ConfigScalar { IsNull: true } or ConfigScalar { Text: "always" })
            return true;
        if (node is not ConfigScalar { Text: "never" })
            return Refuse(bag, $"{Place} when unknown value: {(node as ConfigScalar)?.Text}", node.At);
        rule = rule with { Never = true };
        return true;
    }

    /// <summary>A list of texts, a text, or a map with either under <c>paths</c>, or with a <c>regexp</c> in their place.</summary>
    private static bool TryPaths(ConfigNode? node, string key, DiagnosticBag bag, out (Position At, ImmutableArray<TextAt> Paths)? paths)
    {
        paths = null;
        if (TextOf(node, "regexp") is { } regexp)
        {
            paths = (regexp.At, []);
            return true;
        }
        var value = node is ConfigMapping map ? map["paths"] : node;
        if (value is null or ConfigScalar { IsNull: true })
            return true;
        IReadOnlyList<ConfigNode> items = value is ConfigSequence list ? list.Items : [value];
        if (items.Count > 50)
            return Refuse(bag, $"{Place}:{key} config has too many entries (maximum 50)", value.At);
        if (!items.All(item => item is ConfigScalar { IsString: true }))
            return Refuse(bag, $"{Place}:{key} config should be an array of strings", value.At);
        paths = (value.At, [.. items.Select(item => new TextAt(((ConfigScalar)item).Text, item.At))]);
        return true;
    }

    private static TextAt? TextOf(ConfigNode? node, string key) =>
        node is ConfigMapping map && map[key] is ConfigScalar { IsString: true } text ? new TextAt(text.Text, text.At) : null;

    private static bool Refuse(DiagnosticBag bag, string message, Position at, string? help = null)
    {
        bag.Error(DiagnosticCode.InvalidIncludeRule, message, at, help);
        return false;
    }
}
