using System.Collections.Frozen;
using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>One of GitLab's fixtures for its own JSON schema: a top-level key of a file, as a configuration of its own.</summary>
/// <param name="Name">The file's, and the key's behind a colon.</param>
/// <param name="Root">The configuration.</param>
internal sealed record GitlabCase(string Name, ConfigMapping Root)
{
    /// <summary>What only lacks a script, a stage, another job or file counts as accepted.</summary>
    private static readonly FrozenSet<string> s_lacking =
    [
        DiagnosticCode.NotAJob,
        DiagnosticCode.NoVisibleJob,
        DiagnosticCode.UnknownStage,
        DiagnosticCode.UndefinedNeed,
        DiagnosticCode.UndefinedDependency,
        DiagnosticCode.InvalidOnStop,
        DiagnosticCode.IncludeNotFound,
        DiagnosticCode.IncludeProjectNotFound,
        DiagnosticCode.IncludeUnavailable,
        DiagnosticCode.IncludeRemoteFailed,
    ];

    /// <param name="kind"><c>positive</c> or <c>negative</c>.</param>
    public static List<GitlabCase> All(string kind)
    {
        var folder = Path.Combine(Shared.Folder ?? Skip(), "conformance", "gitlab-schema", kind);
        var cases = new List<GitlabCase>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            var bag = new DiagnosticBag();
            var file = YamlFile.Read(name, File.ReadAllText(path), bag);
            Assert.Empty(bag.ToImmutable());
            foreach (var entry in file!.Body.Entries)
            {
                var root = IsWholeDocument(name, entry) ? (ConfigMapping)entry.Value : new ConfigMapping(entry.At, [entry]);
                cases.Add(new GitlabCase($"{name}: {entry.Key}", root));
            }
        }
        return cases;
    }

    /// <summary>What the compiler refuses in it.</summary>
    public string[] Errors()
    {
        IEnumerable<Diagnostic> diagnostics;
        if (Root.Has("spec"))
            // Nobody gives the inputs their values here.
            diagnostics = Compile(YamlWriter.Write(Root) + "---\na: {script: b}\n").Where(d => d.Code != DiagnosticCode.InvalidInput);
        else if (Root.Has("include"))
            diagnostics = Compile(YamlWriter.Write(Root)!);
        else
        {
            var bag = new DiagnosticBag();
            ConfigurationReader.Read(Root, bag, Reading.Texts);
            diagnostics = bag.ToImmutable();
        }
        return [.. diagnostics.Where(d => d.Severity == Severity.Error && !s_lacking.Contains(d.Code)).Select(d => d.Message)];
    }

    private static ImmutableArray<Diagnostic> Compile(string yaml) =>
        PipelineCompiler
            .Compile(
                new ConfigSource.Text("case.yml", yaml),
                ProjectTree.Empty,
                new PipelineContext(),
                TestContext.Current.CancellationToken
            )
            .Diagnostics;

    private static bool IsWholeDocument(string file, ConfigEntry entry) =>
        (file.StartsWith("workflow/auto_cancel/") || file.StartsWith("job_inputs")) && entry.Value is ConfigMapping;

    private static string Skip()
    {
        Assert.Skip(Shared.Missing);
        return "";
    }
}
