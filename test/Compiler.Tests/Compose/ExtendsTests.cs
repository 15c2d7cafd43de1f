using Slipway.Compiler.Compose;
using Slipway.Compiler.Tests.Yaml;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Compose;

public sealed class ExtendsTests
{
    [Theory]
    [InlineData(".a: {x: 1}\nb: {extends: .a}", """{".a":{"x":1},"b":{"x":1,"extends":".a"}}""")]
    [InlineData("b: {extends: .a, x: 2}\n.a: {x: 1, y: 1}", """{"b":{"x":2,"y":1,"extends":".a"},".a":{"x":1,"y":1}}""")]
    [InlineData(
        ".a: {v: {x: 1, y: 1}}\nb: {extends: .a, v: {y: 2, z: 2}}",
        """{".a":{"v":{"x":1,"y":1}},"b":{"v":{"x":1,"y":2,"z":2},"extends":".a"}}"""
    )]
    [InlineData(".a: {v: [1, 2]}\nb: {extends: .a, v: [3]}", """{".a":{"v":[1,2]},"b":{"v":[3],"extends":".a"}}""")]
    [InlineData(".a: {v: {x: 1}}\nb: {extends: .a, v: null}", """{".a":{"v":{"x":1}},"b":{"v":null,"extends":".a"}}""")]
    [InlineData(".a: {v: {x: 1}}\nb: {extends: .a, v: {}}", """{".a":{"v":{"x":1}},"b":{"v":{"x":1},"extends":".a"}}""")]
    [InlineData(
        ".a: {x: 1, y: 1}\n.b: {y: 2, z: 2}\nc: {extends: [.a, .b], z: 3}",
        """{".a":{"x":1,"y":1},".b":{"y":2,"z":2},"c":{"x":1,"y":2,"z":3,"extends":[".a",".b"]}}"""
    )]
    [InlineData(
        ".a: {x: 1}\n.b: {extends: .a}\nc: {extends: .b}",
        """{".a":{"x":1},".b":{"x":1,"extends":".a"},"c":{"x":1,"extends":".b"}}"""
    )]
    [InlineData("a: {extends: null, x: 1}", """{"a":{"extends":null,"x":1}}""")]
    [InlineData("a: {extends: [], x: 1}", """{"a":{"extends":[],"x":1}}""")]
    [InlineData("a: 1\nextends: b", """{"a":1,"extends":"b"}""")]
    public void A_job_is_laid_over_its_parents(string yaml, string json) => Assert.Equal(json, Composed.From(yaml));

    [Theory]
    [InlineData("b: {extends: .a}", "b: unknown keys in `extends` (.a)")]
    [InlineData("b: {extends: [.a, c, .d]}\nc: {}", "b: unknown keys in `extends` (.a, .d)")]
    [InlineData("b: {extends: 1}\n1: {}", "b: unknown keys in `extends` (1)")]
    [InlineData(".a: [x]\nb: {extends: .a}", "b: invalid base hashes in `extends` (.a)")]
    [InlineData(".a: \nb: {extends: [.a, .c]}\n.c: text", "b: invalid base hashes in `extends` (.a, .c)")]
    [InlineData("a: {extends: a}", "a: circular dependency detected in `extends`")]
    [InlineData("a: {extends: b}\nb: {extends: a}", "a: circular dependency detected in `extends`")]
    [InlineData("s: {extends: a}\na: {extends: b}\nb: {extends: a}", "a: circular dependency detected in `extends`")]
    [InlineData("a: {extends: b}\nb: {extends: .c}\nd: {extends: b}", "b: unknown keys in `extends` (.c)")]
    [InlineData("a: {extends: .x}\nb: {extends: .y}", "a: unknown keys in `extends` (.x)\nb: unknown keys in `extends` (.y)")]
    [InlineData("a: {extends: !reference [b]}\nb: c", "a: unknown keys in `extends` (!reference [\"b\"])")]
    [InlineData("a: {extends: [[b]]}\nb: {}", "a: unknown keys in `extends` ([\"b\"])")]
    [InlineData("a: {extends: {b: c}}\nb: {}", "a: unknown keys in `extends` ({\"b\"=>\"c\"})")]
    public void A_wrong_parent_is_told_in_GitLabs_words(string yaml, string messages) => Assert.Equal(messages, Composed.From(yaml));

    [Theory]
    [InlineData(11, null)]
    [InlineData(12, ".p11: nesting too deep in `extends`")]
    [InlineData(15, ".p11: nesting too deep in `extends`")]
    public void A_job_may_have_eleven_levels_of_parents(int parents, string? message)
    {
        var yaml =
            "job: {extends: .p1}\n"
            + string.Concat(Enumerable.Range(1, parents - 1).Select(i => $".p{i}: {{extends: .p{i + 1}}}\n"))
            + $".p{parents}: {{x: 1}}\n";
        var result = Composed.From(yaml);
        if (message is null)
            Assert.Contains("\"job\":{\"x\":1", result);
        else
            Assert.Equal(message, result);
    }

    [Fact]
    public void The_limit_holds_in_whatever_order_the_parents_stand()
    {
        var yaml = string.Concat(Enumerable.Range(1, 12).Select(i => $".p{i}: {{extends: .p{i - 1}}}\n")) + ".p0: {x: 1}\n";
        Assert.Equal(".p1: nesting too deep in `extends`", Composed.From(yaml));
    }

    [Fact]
    public void A_mistake_stands_at_the_name_and_helps()
    {
        var diagnostic = Assert.Single(Composed.Load(".build: {x: 1}\njob:\n  extends:\n    - .build\n    - .biuld\n").Diagnostics);
        Assert.Equal(new Position("f.yml", 5, 7), diagnostic.At);
        Assert.Equal("Did you mean .build?", diagnostic.Help);
    }

    [Theory]
    [InlineData("bild: {extends: .bild}\n", null)]
    [InlineData(".build: text\njob: {extends: .biuld}\n", null)]
    [InlineData(".build: {}\njob: {extends: .biuld}\n", "Did you mean .build?")]
    [InlineData("a: {extends: b}\nb: {extends: c}\nc: {extends: a}\n", "a extends b extends c extends a.")]
    [InlineData("s: {extends: a}\na: {extends: b}\nb: {extends: a}\n", "a extends b extends a.")]
    public void The_help_names_what_could_be_meant(string yaml, string? help) =>
        Assert.Equal(help, Composed.Load(yaml).Diagnostics[0].Help);

    [Fact]
    public void Twenty_mistakes_are_helped_and_the_rest_only_told()
    {
        var yaml = ".build: {}\n" + string.Concat(Enumerable.Range(1, 22).Select(i => $"j{i}: {{extends: .biuld}}\n"));
        var helps = Composed.Load(yaml).Diagnostics.Select(diagnostic => diagnostic.Help).ToList();
        Assert.All(helps.Take(20), help => Assert.Equal("Did you mean .build?", help));
        Assert.Equal([null, null], helps.Skip(20));
    }

    [Fact]
    public void A_parent_that_is_no_map_is_shown_where_it_is_defined()
    {
        var diagnostic = Assert.Single(Composed.Load("job:\n  extends: .a\n.a: text\n").Diagnostics);
        Assert.Equal(("defined in", new Position("f.yml", 3, 1)), Assert.Single(diagnostic.Trail));
    }

    [Fact]
    public void A_chain_that_is_too_long_is_shown_from_its_start()
    {
        var yaml =
            "job: {extends: .p1}\n" + string.Concat(Enumerable.Range(1, 12).Select(i => $".p{i}: {{extends: .p{i + 1}}}\n")) + ".p13: {}\n";
        var diagnostic = Assert.Single(Composed.Load(yaml).Diagnostics);
        Assert.Equal("The chain begins at job; 11 levels are the limit.", diagnostic.Help);
        Assert.Equal(("extended at", new Position("f.yml", 1, 1)), Assert.Single(diagnostic.Trail));
        Assert.Equal(new Position("f.yml", 12, 1), diagnostic.At);
    }

    [Fact]
    public void Of_several_parents_the_longest_chain_counts()
    {
        var yaml =
            "job: {extends: [.short, .p1]}\n.short: {extends: .end}\n.end: {}\n"
            + string.Concat(Enumerable.Range(1, 12).Reverse().Select(i => $".p{i}: {{extends: [.end, .p{i + 1}]}}\n"))
            + ".p13: {}\n";
        Assert.Equal(".p11: nesting too deep in `extends`", Assert.Single(Composed.Load(yaml).Diagnostics).Message);
    }

    [Fact]
    public void A_mistake_in_a_parent_is_told_once_and_others_are_still_found()
    {
        var yaml = "a: {extends: .x}\nb: {extends: [a, .ok]}\nc: {extends: b}\n.ok: {s: [1]}\nd: !reference [c, nothing]\n";
        Assert.Equal(
            ["a: unknown keys in `extends` (.x)", "!reference [\"c\", \"nothing\"] could not be found"],
            Composed.Load(yaml).Diagnostics.Select(diagnostic => diagnostic.Message)
        );
    }

    [Fact]
    public void Unchanged_children_are_shared_and_keep_their_place()
    {
        var root = Composed.Load(".a:\n  script: [x]\nb:\n  extends: .a\n").Root!;
        var script = ((ConfigMapping)root["b"]!)["script"]!;
        Assert.Same(((ConfigMapping)root[".a"]!)["script"], script);
        Assert.Equal(new Position("f.yml", 2, 11), script.At);
        Assert.Equal(new Position("f.yml", 4, 3), root["b"]!.At);
    }

    [Fact]
    public void Random_families_come_out_as_from_the_plain_definition()
    {
        var random = new Random(20);
        for (var round = 0; round < 400; round++)
        {
            var yaml = RandomFamily(random);
            var bag = new DiagnosticBag();
            var root = YamlFile.Read("f", yaml, bag)!.Body;
            var ours = Extends.Apply(root, new MergeBudget(), bag);
            Assert.Empty(bag.ToImmutable());
            Assert.Equal(NodeText.Of(Slowly(root)), NodeText.Of(ours));
        }
    }

    /// <summary>Up to ten jobs; each extends some that stand further down, or up.</summary>
    private static string RandomFamily(Random random)
    {
        var count = random.Next(1, 11);
        var order = Enumerable.Range(0, count).ToArray();
        random.Shuffle(order);
        var text = "";
        foreach (var i in order)
        {
            var parents = Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).Select(parent => $"j{parent}");
            var entries = Enumerable.Range(0, random.Next(4)).Select(_ => $"k{random.Next(4)}: {RandomValue(random, 2)}");
            text += $"j{i}: {{{string.Join(", ", entries.Append($"extends: [{string.Join(", ", parents)}]"))}}}\n";
        }
        return text;
    }

    private static string RandomValue(Random random, int depth) =>
        random.Next(depth == 0 ? 2 : 5) switch
        {
            0 => "~",
            1 => $"{random.Next(9)}",
            2 => $"[{random.Next(9)}]",
            _ =>
                $"{{{string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(_ => $"k{random.Next(4)}: {RandomValue(random, depth - 1)}"))}}}",
        };

    private static ConfigMapping Slowly(ConfigMapping root) =>
        new(root.At, [.. root.Entries.Select(entry => entry with { Value = Slowly(root, (ConfigMapping)entry.Value) })]);

    private static ConfigMapping Slowly(ConfigMapping root, ConfigMapping job)
    {
        var result = new ConfigMapping(job.At, []);
        foreach (var parent in ((ConfigSequence)job["extends"]!).Items)
            result = Over(result, Slowly(root, (ConfigMapping)root[((ConfigScalar)parent).Text]!));
        return Over(result, job);
    }

    private static ConfigMapping Over(ConfigMapping under, ConfigMapping over)
    {
        var entries = under.Entries.ToList();
        foreach (var entry in over.Entries)
        {
            var i = entries.FindIndex(one => one.Key == entry.Key);
            var both = i >= 0 && entries[i].Value is ConfigMapping && entry.Value is ConfigMapping;
            var value = both ? Over((ConfigMapping)entries[i].Value, (ConfigMapping)entry.Value) : entry.Value;
            if (i < 0)
                entries.Add(entry);
            else
                entries[i] = entry with { Value = value };
        }
        return new ConfigMapping(over.At, entries);
    }
}
