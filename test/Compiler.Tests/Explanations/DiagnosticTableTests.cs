using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;
using Slipway.Compiler.Explanations;
using Xunit;

namespace Slipway.Compiler.Tests.Explanations;

/// <summary>The table says of each code what is true of it.</summary>
public sealed partial class DiagnosticTableTests
{
    private const string Root = ".gitlab-ci.yml";

    public static TheoryData<string> WithExample => [.. DiagnosticTable.All.Where(e => e.Wrong is not null).Select(e => e.Code)];

    [Fact]
    public void Every_code_the_compiler_can_give_is_in_the_table_once()
    {
        var codes = typeof(DiagnosticCode)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Order(StringComparer.Ordinal);
        Assert.Equal(codes, DiagnosticTable.All.Select(explanation => explanation.Code));
    }

    [Fact]
    public void Every_entry_is_a_sentence_with_words_of_gitlab_and_help()
    {
        foreach (var entry in DiagnosticTable.All)
        {
            Assert.True(entry.Meaning.EndsWith('.') && entry.Help.EndsWith('.'), entry.Code);
            Assert.NotEmpty(entry.Messages);
            Assert.Equal(entry.Wrong is null, entry.Right is null);
        }
    }

    [Theory]
    [InlineData("ci0203", "CI0203")]
    [InlineData("CI0001", "CI0001")]
    [InlineData("CI9999", null)]
    [InlineData("", null)]
    public void An_entry_is_found_by_its_code(string code, string? found) => Assert.Equal(found, DiagnosticTable.Find(code)?.Code);

    [Theory]
    [MemberData(nameof(WithExample))]
    public void The_wrong_example_gives_the_code_in_the_words_of_the_table(string code)
    {
        var entry = DiagnosticTable.Find(code)!;
        var told = Compile(entry.Wrong!).Where(diagnostic => diagnostic.Code == code).ToList();
        Assert.NotEmpty(told);
        Assert.Equal(entry.Severity, told[0].Severity);
        Assert.Contains(entry.Messages, message => PatternOf(message).IsMatch(told[0].Message));
    }

    [Theory]
    [MemberData(nameof(WithExample))]
    public void Nothing_is_wrong_with_the_right_example(string code) => Assert.Empty(Compile(DiagnosticTable.Find(code)!.Right!));

    private static ImmutableArray<Diagnostic> Compile(string example)
    {
        var files = Files(example);
        var context = new PipelineContext { ChangedPaths = name => name is null ? null : throw new UnknownRefException(name) };
        var source = new ConfigSource.Text(Root, files[Root]);
        return PipelineCompiler.Compile(source, ProjectTree.From(files), context, TestContext.Current.CancellationToken).Diagnostics;
    }

    private static Dictionary<string, string> Files(string example)
    {
        var parts = FileLine().Split(example);
        var files = new Dictionary<string, string> { [Root] = parts[0] };
        for (var i = 1; i < parts.Length; i += 2)
            files[parts[i]] = parts[i + 1];
        return files;
    }

    private static Regex PatternOf(string message) =>
        new($"^(?:`[^`]+`: )?{Placeholder().Replace(Regex.Escape(message), ".*")}$", RegexOptions.Singleline, TimeSpan.FromSeconds(1));

    [GeneratedRegex(@"^# file: (\S+)\n", RegexOptions.Multiline)]
    private static partial Regex FileLine();

    [GeneratedRegex(@"\\\{\w+}")]
    private static partial Regex Placeholder();
}
