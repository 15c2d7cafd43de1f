using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.House.Tests;

public sealed partial class NamesTests
{
    [Fact]
    public void A_files_namespace_is_its_folder()
    {
        var astray =
            from file in House.Sources
            where file.Namespace is not null && file.Namespace != "Slipway." + file.Folder
            select $"{file.Path}: {file.Namespace}";
        Assert.Empty(astray);
    }

    [Fact]
    public void Every_file_has_a_namespace() => Assert.Empty(House.Sources.Where(file => file.Namespace is null).Select(file => file.Path));

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        var empty = from file in House.Sources from type in file.Types where SaysNothing().IsMatch(type) select $"{file.Path}: {type}";
        Assert.Empty(empty);
    }

    [Theory]
    [InlineData("JobManager")]
    [InlineData("PathUtils")]
    [InlineData("StringHelpers")]
    [InlineData("ExecutorBase")]
    public void Empty_names_are_known(string name) => Assert.Matches(SaysNothing(), name);

    [Fact]
    public void No_using_line_is_hidden()
    {
        var hidden = House
            .Files.Where(path => path.EndsWith(".cs"))
            .Where(path => GlobalUsing().IsMatch(SourceFile.Blank(House.Read(path))));
        var inProject = House
            .Files.Where(path => path.EndsWith(".csproj") || path.EndsWith(".props"))
            .Where(path => House.Read(path).Contains("<Using "));
        Assert.Empty(hidden.Concat(inProject));
    }

    // A half-qualified name (Sources.SourceTree) draws an arrow that no using line shows.
    [Fact]
    public void No_name_is_qualified_to_dodge_a_using_line()
    {
        var types = House
            .Sources.SelectMany(file => file.Types.Select(type => (file.Folder, Type: type)))
            .ToLookup(pair => pair.Type, pair => pair.Folder);
        var dodged =
            from file in House.Sources
            from Match match in Qualified().Matches(BodyOf(file))
            let folder = match.Groups[1].Value
            where
                folder.StartsWith("Slipway.")
                || types[match.Groups[2].Value]
                    .Any(home => home != file.Folder && home.Split('.')[^1] == folder.Split('.')[^1] && Sees(file, home))
            select $"{file.Path}: {match.Value}";
        Assert.Empty(dodged);
    }

    /// <summary>Whether code in the file could reach the folder by its last name alone: a sister, or a sister of one above.</summary>
    private static bool Sees(SourceFile file, string home) =>
        home.Contains('.') && (file.Folder + ".").StartsWith(home[..home.LastIndexOf('.')] + ".");

    private static string BodyOf(SourceFile file) => DeclarationLine().Replace(file.Code, "");

    [GeneratedRegex("(?:Manager|Helper|Util|Utility|Utilitie|Common|Base|Impl|Wrapper|Legacy|New|Misc|Thing)s?$")]
    private static partial Regex SaysNothing();

    [GeneratedRegex(@"^\s*global\s+using\b", RegexOptions.Multiline)]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"(?<![\w.])((?:[A-Z]\w*\.)*[A-Z]\w*)\.([A-Z]\w*)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"^\s*(?:using|namespace)\s[^\n]*", RegexOptions.Multiline)]
    private static partial Regex DeclarationLine();
}
