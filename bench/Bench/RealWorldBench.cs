using BenchmarkDotNet.Attributes;
using Slipway.Compiler;
using Slipway.Compiler.Tests.RealWorld;

namespace Slipway.Bench;

/// <summary>
/// Configurations of projects out in the world, warm: 100 ms for each is what we allow ourselves. They lie in the conformance data, in the folder
/// that SLIPWAY_SHARED names; without it there is nothing to measure.
/// </summary>
[MemoryDiagnoser]
public class RealWorldBench
{
    private const string Root = ".gitlab-ci.yml";

    private ProjectTree _tree = ProjectTree.Empty;
    private PipelineContext _context = new();

    [ParamsSource(nameof(Projects))]
    public string Project { get; set; } = "";

    public static IEnumerable<string> Projects =>
        Folder is null
            ? []
            : Directory
                .GetDirectories(Folder)
                .Where(path => File.Exists(Path.Combine(path, Root)))
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal);

    private static string? Folder { get; } =
        Environment.GetEnvironmentVariable("SLIPWAY_SHARED") is { Length: > 0 } shared
            ? Path.Combine(shared, "conformance", "realworld")
            : null;

    [GlobalSetup]
    public void Read()
    {
        var folder = Path.Combine(Folder!, Project);
        var texts = new DirectoryInfo(folder)
            .GetFiles("*", SearchOption.AllDirectories)
            .ToDictionary(
                file => Path.GetRelativePath(folder, file.FullName).Replace('\\', '/'),
                file => File.ReadAllText(file.FullName),
                StringComparer.Ordinal
            );
        _tree = ProjectTree.From(texts);
        _context = new PipelineContext { External = StandIn.ExternalFiles(texts, Root) };
    }

    [Benchmark]
    public object Compile() => PipelineCompiler.Compile(new ConfigSource.File(Root), _tree, _context, default);
}
