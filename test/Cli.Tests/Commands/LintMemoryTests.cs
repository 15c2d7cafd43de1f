using System.Text;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary>
/// Configurations of 300 bytes to a megabyte that are made to take all memory there is (reliability-security S11): the program reads them with a heap of 64 MiB in
/// all, its own needs among them, so that it is what lives at once that is bounded, and not what passes through.
/// </summary>
public sealed class LintMemoryTests : IDisposable
{
    private const string Heap = "0x4000000";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Bombs { get; } =
        new()
        {
            { "nine levels of nine aliases", Aliases(9, 9) },
            { "forty levels of two aliases", Aliases(40, 2) },
            { "an anchor in itself", "a: &a {b: *a}" },
            { "a large map merged by many", $"a: &a {{{Many(2000, i => $"k{i}: 1, ")}}}\n{Many(2000, i => $"j{i}: {{<<: *a}}\n")}" },
            { "a long text, many times", $"a: &a {new string('x', 100_000)}\nb: [{Many(2000, _ => "*a, ")}]" },
            { "deep flow lists", new string('[', 200_000) },
            { "deep flow maps", Many(100_000, _ => "{a: ") },
            { "deep block lists", Many(200_000, _ => "- ") },
            { "a list of everything", $"a: [{Many(450_000, _ => "1,")}]" },
            { "a map of everything", Many(90_000, i => $"k{i}: x\n") },
            { "references double", ".a0: [x]\n" + Many(60, i => $".a{i + 1}: [!reference [.a{i}], !reference [.a{i}]]\n") },
            { "all extend a large map", $".a: {{{Many(1000, i => $"k{i}: 1, ")}}}\n{Many(5000, i => $"j{i}: {{extends: .a}}\n")}" },
            {
                "extending doubles",
                $".a0: {{{Many(2000, i => $"k{i}: 1, ")}}}\n" + Many(11, i => $".a{i + 1}: {{extends: .a{i}, x{i}: !reference [.a{i}]}}\n")
            },
            { "matrices multiply", Many(900, i => $"j{i}: {{script: x, parallel: {{matrix: [{{A: [{Many(200, n => $"{n},")}]}}]}}}}\n") },
            { "two hundred of each", Many(24_000, i => $"j{i}: {{script: x, parallel: 200}}\n") },
        };

    public void Dispose() => _folder.Dispose();

    [Theory, MemberData(nameof(Bombs))]
    public void A_bomb_is_refused_within_little_memory(string what, string yaml)
    {
        Assert.InRange(Encoding.UTF8.GetByteCount(yaml), 1, 1_100_000);
        var file = _folder.Write("bomb.yml", yaml);
        var (exit, output) = SlipwayProcess.Shell(
            "env",
            $"DOTNET_GCHeapHardLimit={Heap}",
            SlipwayProcess.Executable,
            "lint",
            "--file",
            file
        );
        // Out of memory it would have died of a signal.
        Assert.True(exit == 3 && output.Contains("1 error", StringComparison.Ordinal), $"{what}: {exit}\n{output}");
    }

    private static string Aliases(int levels, int times) =>
        "a0: &a0 [x]\n" + Many(levels, i => $"a{i + 1}: &a{i + 1} [{Many(times, _ => $"*a{i}, ")}]\n");

    private static string Many(int count, Func<int, string> one) => string.Concat(Enumerable.Range(0, count).Select(one));
}
