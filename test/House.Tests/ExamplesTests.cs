using System.Diagnostics;
using System.Text.RegularExpressions;
using Slipway.Compiler;
using Xunit;

namespace Slipway.House.Tests;

/// <summary>What the pages show can be typed and compiled.</summary>
public sealed partial class ExamplesTests
{
    private static readonly string[] Pages = [.. House.Files.Where(path => path.EndsWith(".md") && !path.StartsWith("test/"))];

    /// <summary>Whatever a page includes from elsewhere is there, holds a job and takes the input a page gives.</summary>
    private static readonly ExternalFiles Elsewhere = new(
        request => new ProjectAnswer.Found(ProjectTree.Empty with { ReadText = _ => Included }, request.Path, CommitFacts.ZeroSha),
        _ => ["1.2.0"],
        (_, _) => new RemoteAnswer.Body(System.Text.Encoding.UTF8.GetBytes(Included))
    );

    private const string Included =
        "spec: {inputs: {stage: {default: test}}}\n---\nincluded: {stage: '$[[ inputs.stage ]]', script: make}\n";

    public static TheoryData<string, int> YamlBlocks =>
        [.. from page in Pages from block in Blocks(page, "yaml") select (page, block.Line)];

    public static TheoryData<string> Commands =>
        [.. Pages.SelectMany(page => Blocks(page, "sh")).SelectMany(block => CommandsIn(block.Text)).Distinct()];

    [Theory]
    [MemberData(nameof(YamlBlocks))]
    public void Every_pipeline_in_a_page_compiles(string page, int line)
    {
        var text = Blocks(page, "yaml").Single(block => block.Line == line).Text;
        var source = new ConfigSource.Text(page, text);
        var context = new PipelineContext { External = Elsewhere };
        var compilation = PipelineCompiler.Compile(source, ProjectTree.Empty, context, TestContext.Current.CancellationToken);
        Assert.Empty(compilation.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_in_a_page_can_be_typed(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var verbs = words.TakeWhile(word => char.IsAsciiLetterLower(word[0])).Take(words[0] is "config" or "registry" ? 2 : 1).ToArray();
        var help = Ask([.. verbs, "--help"]);
        foreach (var option in words.Where(word => word.StartsWith("--")))
            Assert.Contains(option, help);
        foreach (var folder in words.SkipWhile(word => word != "--cwd").Skip(1).Take(1))
            Assert.True(House.Exists(folder), folder);
    }

    [Fact]
    public void Scripts_named_in_a_page_can_be_run()
    {
        var scripts = Pages
            .SelectMany(page => Blocks(page, "sh"))
            .SelectMany(block => ScriptLine().Matches(block.Text))
            .Select(match => match.Groups[1].Value);
        Assert.All(
            scripts,
            script =>
                Assert.True(
                    OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(House.Root, script)).HasFlag(UnixFileMode.UserExecute),
                    script
                )
        );
        Assert.Contains("eng/test.sh", scripts);
    }

    /// <summary>What comes after <c>slipway</c> on the lines that call it, by whatever way.</summary>
    private static IEnumerable<string> CommandsIn(string block) =>
        CommandLine().Matches(block).Select(match => match.Groups[1].Value.Trim());

    private static IEnumerable<(int Line, string Text)> Blocks(string page, string language)
    {
        var text = House.Read(page);
        return CodeBlock()
            .Matches(text)
            .Where(match => match.Groups[1].Value == language)
            .Select(match => (text.AsSpan(0, match.Index).Count('\n') + 1, match.Groups[2].Value));
    }

    private static string Ask(string[] words)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "slipway.dll"), .. words])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^(?:slipway|dotnet run --project src/Cli --) ([^#\n]*)", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^((?:eng|bench)/\S+\.(?:sh|py))", RegexOptions.Multiline)]
    private static partial Regex ScriptLine();
}
