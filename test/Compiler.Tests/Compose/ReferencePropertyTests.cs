using Slipway.Compiler.Compose;
using Slipway.Compiler.Tests.Yaml;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Compose;

/// <summary>Random configurations with references against a slow resolution that follows each reference anew and remembers nothing.</summary>
public sealed class ReferencePropertyTests
{
    [Fact]
    public void Random_references_come_out_as_from_the_plain_definition()
    {
        var (whole, broken) = (0, 0);
        for (var round = 0; round < 1_500; round++)
        {
            var yaml = Family(new Random(round));
            var bag = new DiagnosticBag();
            var root = YamlFile.Read("f", yaml, bag)!.Body;
            var ours = References.Resolve(root, bag);
            var missing = new SortedSet<string>(StringComparer.Ordinal);
            var expected = Slowly(root, root, [], missing);
            Assert.True(
                missing.SetEquals(bag.ToImmutable().Select(diagnostic => diagnostic.Message)),
                $"round {round}:\n{yaml}\nexpected {string.Join(", ", missing)}, got {string.Join(", ", bag.ToImmutable().Select(d => d.Message))}"
            );
            if (missing.Count == 0)
                Assert.Equal(NodeText.Of(expected), NodeText.Of(ours));
            whole += missing.Count == 0 ? 1 : 0;
            broken += missing.Count > 0 ? 1 : 0;
        }

        Assert.True(whole > 300 && broken > 100, $"{whole} whole, {broken} broken");
    }

    /// <summary>Jobs in any order; each refers to those of lower number only, so there are no circles, and sometimes to what is not there.</summary>
    private static string Family(Random random)
    {
        var order = Enumerable.Range(0, random.Next(2, 8)).ToArray();
        random.Shuffle(order);
        return string.Concat(order.Select(i => $"j{i}: {{{string.Join(", ", Keys(random, i))}}}\n"));
    }

    private static IEnumerable<string> Keys(Random random, int job) =>
        Enumerable.Range(0, 3).Where(_ => random.Next(4) > 0).Select(key => $"k{key}: {Value(random, job, 2)}");

    private static string Value(Random random, int job, int depth) =>
        random.Next(depth == 0 ? 4 : 8) switch
        {
            0 => $"{random.Next(9)}",
            1 => random.Next(8) switch
            {
                0 => "~",
                1 => "false",
                _ => "text",
            },
            2 or 3 => job == 0 ? "x" : Reference(random, job),
            4 or 5 => $"[{string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, job, depth - 1)))}]",
            _ => $"{{{string.Join(", ", Enumerable.Range(0, random.Next(3)).Select(key => $"k{key}: {Value(random, job, depth - 1)}"))}}}",
        };

    private static string Reference(Random random, int job)
    {
        var path = new List<string> { $"j{random.Next(job)}" };
        for (var deeper = random.Next(6); deeper > 1 && path.Count < 4; deeper -= 2)
            path.Add($"k{random.Next(3)}");
        return $"!reference [{string.Join(", ", path)}]";
    }

    private static ConfigNode Slowly(ConfigMapping root, ConfigNode node, string[] under, SortedSet<string> missing)
    {
        switch (node)
        {
            case ConfigReference reference:
                ConfigNode? at = root;
                foreach (var name in reference.Path)
                    at = (at as ConfigMapping)?[name];
                if (at is null or ConfigScalar { IsNull: true } or ConfigScalar { Kind: ScalarKind.Boolean, IsTrue: false })
                {
                    missing.Add($"{reference} could not be found");
                    return new ConfigScalar(reference.At, ScalarKind.Null, "");
                }

                Assert.True(under.Length < 100, "a circle was made");
                return Slowly(root, at, [.. under, reference.ToString()], missing);
            case ConfigSequence list:
                return new ConfigSequence(list.At, [.. list.Items.Select(item => Slowly(root, item, under, missing))]);
            case ConfigMapping map:
                return new ConfigMapping(
                    map.At,
                    [.. map.Entries.Select(entry => entry with { Value = Slowly(root, entry.Value, under, missing) })]
                );
            default:
                return node;
        }
    }
}
