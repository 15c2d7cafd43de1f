using System.Text;
using Xunit;

namespace Slipway.House.Tests;

public sealed class GraphTests
{
    private const string Begin = "```mermaid\n";
    private const string End = "```\n";

    [Fact]
    public void The_picture_in_ARCHITECTURE_is_the_house()
    {
        var page = House.Read("ARCHITECTURE.md");
        var from = page.IndexOf(Begin) + Begin.Length;
        var to = page.IndexOf(End, from);
        var drawn = Draw(House.Sources);
        if (Environment.GetEnvironmentVariable("SLIPWAY_ACCEPT") == "1")
            File.WriteAllText(Path.Combine(House.Root, "ARCHITECTURE.md"), page[..from] + drawn + page[to..]);
        else
            Assert.True(page[from..to] == drawn, "The arrows have changed. Look at them, then run with SLIPWAY_ACCEPT=1:\n" + drawn);
    }

    /// <summary>
    /// Assemblies as boxes with their folders, each standing for those below it too. An arrow inside a box says that one uses the other; one between boxes
    /// stands for all of theirs.
    /// </summary>
    private static string Draw(IReadOnlyList<SourceFile> files)
    {
        var drawn = new StringBuilder("flowchart TD\n");
        foreach (var assembly in files.GroupBy(file => file.Assembly).OrderBy(group => group.Key))
        {
            drawn.Append($"  subgraph {assembly.Key}\n");
            foreach (var folder in assembly.Select(file => Box(file.Folder)).Distinct().Where(box => box != assembly.Key).Order())
                drawn.Append($"    {folder}[{folder.Split('.')[1]}]\n");
            drawn.Append("  end\n");
        }
        foreach (var (from, to) in files.SelectMany(Arrows).Distinct().Order())
            drawn.Append($"  {from} --> {to}\n");
        return drawn.ToString();
    }

    private static IEnumerable<(string From, string To)> Arrows(SourceFile file) =>
        from to in file.Uses
        let other = to.Split('.')[0]
        let arrow = other == file.Assembly ? (From: Box(file.Folder), To: Box(to)) : (From: file.Assembly, To: other)
        where arrow.From != arrow.To && (other != file.Assembly || (arrow.From != other && arrow.To != other))
        select arrow;

    private static string Box(string folder) => string.Join('.', folder.Split('.').Take(2));
}
