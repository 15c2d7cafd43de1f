using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Slipway.House.Tests;

public sealed partial class WallsTests
{
    private static readonly Walls Walls = Walls.Parse(House.Read("walls.txt"));

    [Fact]
    public void No_arrow_crosses_a_wall() => Assert.Empty(Walls.Broken(House.Sources));

    [Fact]
    public void A_planted_arrow_is_caught()
    {
        var planted = SourceFile.Parse("src/Compiler/Rules/Planted.cs", "using Slipway.Runner.Jobs;\nnamespace Slipway.Compiler.Rules;\n");
        var sentence = Assert.Single(Walls.Broken([planted]));
        Assert.Equal("src/Compiler/Rules/Planted.cs uses Slipway.Runner.Jobs, which walls.txt does not let Compiler.Rules do", sentence);
    }

    [Fact]
    public void A_narrower_line_takes_the_wider_ones_place()
    {
        var walls = Walls.Parse("A -> B\nA.Inner -> A.Ground\nB ->");
        Assert.True(walls.May("A.Other", "A.Ground"));
        Assert.True(walls.May("A.Other", "B.Deep"));
        Assert.True(walls.May("A.Inner", "A.Ground"));
        Assert.False(walls.May("A.Inner", "A.Other"));
        Assert.False(walls.May("A.Inner", "B"));
        Assert.False(walls.May("B", "A"));
        Assert.False(walls.May("Unknown", "B"));
    }

    [Fact]
    public void No_folders_use_each_other_in_a_circle() =>
        Assert.Empty(Walls.Circles(House.Sources).Select(circle => string.Join(" <-> ", circle)));

    [Fact]
    public void A_planted_circle_is_caught()
    {
        SourceFile[] planted =
        [
            SourceFile.Parse("src/A/X/One.cs", "using Slipway.A.Y;\n"),
            SourceFile.Parse("src/A/Y/Two.cs", "using Slipway.A.Z;\n"),
            SourceFile.Parse("src/A/Z/Three.cs", "using Slipway.A.X;\n"),
            SourceFile.Parse("src/A/Four.cs", "using Slipway.A.X;\n"),
        ];
        Assert.Equal(["A.X", "A.Y", "A.Z"], Assert.Single(Walls.Circles(planted)));
    }

    [Fact]
    public void No_library_whose_licence_would_reach_into_ours_is_shipped() =>
        Assert.DoesNotContain(
            House.Files,
            path =>
                path.StartsWith("src/", StringComparison.Ordinal)
                && path.EndsWith("packages.lock.json", StringComparison.Ordinal)
                && House.Read(path).Contains("\"Newtonsoft.Json.Schema\"", StringComparison.Ordinal)
        );

    [Fact]
    public void Project_references_keep_to_the_walls()
    {
        var broken =
            from path in House.Files.Where(path => path.StartsWith("src/") && path.EndsWith(".csproj"))
            let assembly = Path.GetFileNameWithoutExtension(path)
            from reference in XDocument.Parse(House.Read(path)).Descendants("ProjectReference")
            let to = Path.GetFileNameWithoutExtension(((string?)reference.Attribute("Include") ?? "").Replace('\\', '/'))
            where !Walls.May(assembly, to)
            select $"{path} references {to}";
        Assert.Empty(broken);
    }

    [Fact]
    public void What_is_pure_touches_nothing_outside()
    {
        var impure =
            from file in House.Sources
            where Walls.Pure.Contains(file.Assembly)
            from Match match in Effect().Matches(file.Code)
            select $"{file.Path}: {match.Value}";
        Assert.Empty(impure);
    }

    // What a user names must not become another program, or an option of one: whoever needs git asks there.
    [Fact]
    public void The_server_starts_programs_at_one_door() =>
        Assert.Equal(
            ["src/Server/Git/GitDoor.cs"],
            House.Sources.Where(file => file.Assembly == "Server" && file.Code.Contains("ProcessStartInfo")).Select(file => file.Path)
        );

    [Theory]
    [InlineData("var text = File.ReadAllText(path);", true)]
    [InlineData("return at.File.ReadsWell;", false)]
    [InlineData("await Task.Delay(1);", true)]
    [InlineData("Console.WriteLine();", true)]
    [InlineData("return job.Environment.Name;", false)]
    [InlineData("var now = TimeProvider.System.GetUtcNow();", true)]
    public void An_effect_is_told_from_a_name(string code, bool effect) => Assert.Equal(effect, Effect().IsMatch(code));

    [GeneratedRegex(
        @"(?<![\w.])(?:File\.(?:Read|Write|Open|Exists|Delete|Copy|Move|Create|Append)|Directory\.(?:Get|Enumerate|Create|Delete|Exists|Move)"
            + @"|Environment\.(?:Get|Current|Machine|NewLine|Process|Tick|User|Exit)|Console\.|Process\.Start|new Process\b|new HttpClient\b|new FileStream\b"
            + @"|Random\.Shared|new Random\b|Guid\.NewGuid|Task\.(?:Run|Delay)|Thread\.|TimeProvider\.System|Stopwatch\.)"
    )]
    private static partial Regex Effect();
}
