using Xunit;

namespace Slipway.House.Tests;

public sealed class SizeTests
{
    // Path and reason. A file that stands here must still be over the line, so the list cannot outlive its need.
    private static readonly Dictionary<string, string> LongFiles = new();

    // "path Function" and reason: flat dispatch and tables only.
    private static readonly Dictionary<string, string> LongFunctions = new()
    {
        ["src/Compiler/Keywords/Shapes/ShapeCheck.Leaves.cs CheckLeaf"] = "one case for each kind of value, side by side",
    };

    [Fact]
    public void Files_are_short()
    {
        int[] lines = [.. House.Sources.Select(file => file.Lines)];
        Assert.True(At(lines, 50) <= 80, $"median of {lines.Length} files is {At(lines, 50)} lines");
        Assert.True(At(lines, 90) <= 250, $"nine tenths of {lines.Length} files have up to {At(lines, 90)} lines");
    }

    [Fact]
    public void No_file_has_over_500_lines_without_a_reason()
    {
        var longOnes =
            from path in House.Files
            where path.EndsWith(".cs")
            let lines = House.Read(path).Count(c => c == '\n')
            where lines > 500
            select path;
        Assert.Equal(LongFiles.Keys.Order(), longOnes.Order());
    }

    [Fact]
    public void Functions_are_short()
    {
        int[] lines = [.. House.Sources.SelectMany(file => Functions.In(file.Code)).Select(function => function.Lines)];
        Assert.True(At(lines, 90) <= 30, $"nine tenths of {lines.Length} functions have up to {At(lines, 90)} lines");
    }

    [Fact]
    public void No_function_has_over_60_lines_without_a_reason()
    {
        var longOnes = House.Sources.SelectMany(file =>
            Functions.In(file.Code).Where(function => function.Lines > 60).Select(function => $"{file.Path} {function.Name}")
        );
        Assert.Equal(LongFunctions.Keys.Order(), longOnes.Distinct().Order());
    }

    [Fact]
    public void Functions_are_found_and_measured()
    {
        var text = """"
            namespace A;

            // Not( a { function
            public sealed record Pair(int A, int B)
            {
                private readonly List<string> _all = [
                    "{",
                ];
                public int Sum => A + B;
                public int Twice()
                {
                    if (A > 0)
                    {
                        return 2;
                    }
                    return Of(() => { return 3; });
                }
                public static string Word(int n) =>
                    n switch
                    {
                        1 => "{ one",
                        _ => """
                            raw }
                            """,
                    };
                public int this[int i] { get => i; }
                private sealed class Inner<T> where T : new() { void Go(T t) { } }
            }
            """";
        var found = Functions.In(SourceFile.Blank(text));
        Assert.Equal(["Twice 8", "Word 8", "Go 1"], found.Select(function => $"{function.Name} {function.Lines}"));
    }

    private static int At(int[] values, int percent)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
    }
}
