using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary><c>rules</c>, <c>only</c>, <c>except</c>.</summary>
internal static class RuleReading
{
    public static ImmutableArray<RuleConfig> Rules(NodeReading read, ConfigNode node) =>
        [.. read.Maps(node).Select(map => Rule(read, map))];

    private static RuleConfig Rule(NodeReading read, ConfigMapping map)
    {
        var when = read.Text(map, "when");
        return new RuleConfig
        {
            At = map.At,
            If = read.TextAt(map, "if"),
            Changes = read.Node(map, "changes") is { } changes ? Changes(read, changes) : null,
            Exists = read.Node(map, "exists") is { } exists ? Exists(read, exists) : null,
            When = When(when),
            Never = when == "never",
            StartIn = StartIn(read, map),
            AllowFailure = read.Flag(map, "allow_failure"),
            Variables = read.Map(map, "variables") is { } variables ? VariableReading.Variables(read, variables) : [],
            Needs = read.Node(map, "needs") is { } needs ? NeedReading.Needs(read, needs) : null,
            Interruptible = read.Flag(map, "interruptible"),
            AutoCancel = read.Map(map, "auto_cancel") is { } cancel ? AutoCancel(read, cancel) : null,
        };
    }

    public static JobWhen? When(string? text) =>
        text switch
        {
            "on_success" => JobWhen.OnSuccess,
            "on_failure" => JobWhen.OnFailure,
            "always" => JobWhen.Always,
            "manual" => JobWhen.Manual,
            "delayed" => JobWhen.Delayed,
            _ => null,
        };

    public static TimeSpan? StartIn(NodeReading read, ConfigMapping map) =>
        read.Text(map, "start_in") is { } text && ChronicDuration.TryParse(text, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    public static AutoCancelConfig AutoCancel(NodeReading read, ConfigMapping map) =>
        new(read.Text(map, "on_new_commit"), read.Text(map, "on_job_failure"));

    private static ChangesConfig Changes(NodeReading read, ConfigNode node) =>
        node is ConfigMapping map
            ? new ChangesConfig(map.At, read.TextsAt(map, "paths") ?? [], read.TextAt(map, "compare_to"))
            {
                Regexp = read.TextAt(map, "regexp"),
            }
            : new ChangesConfig(node.At, NodeReading.TextsAt(node), CompareTo: null);

    private static ExistsConfig Exists(NodeReading read, ConfigNode node) =>
        node is ConfigMapping map
            ? new ExistsConfig(map.At, read.TextsAt(map, "paths") ?? [], read.TextAt(map, "project"), read.TextAt(map, "ref"))
            {
                Regexp = read.TextAt(map, "regexp"),
            }
            : new ExistsConfig(node.At, NodeReading.TextsAt(node), Project: null, Ref: null);

    public static PolicyConfig Policy(NodeReading read, ConfigNode node) =>
        node is ConfigMapping map
            ? new PolicyConfig
            {
                At = map.At,
                Refs = read.TextsAt(map, "refs"),
                Variables = read.TextsAt(map, "variables"),
                Changes = read.TextsAt(map, "changes"),
                Kubernetes = read.Text(map, "kubernetes") is not null,
            }
            : new PolicyConfig { At = node.At, Refs = NodeReading.TextsAt(node) };

    /// <summary>What GitLab asks of a job that says nothing.</summary>
    public static ImmutableArray<TextAt> DefaultRefs(Position at) => [new TextAt("branches", at), new TextAt("tags", at)];
}
