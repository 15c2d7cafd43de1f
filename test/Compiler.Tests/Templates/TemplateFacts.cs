using Slipway.Compiler.Tests.Evaluation;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Templates;

/// <summary>
/// A section of <c>facts.txt</c>: a template, what it is tried with, and what GitLab's documentation and users know of it: its global
/// variables, and each job's name, stage, fate and variables.
/// </summary>
/// <param name="Title">The template's name without its suffix, and the case after a comma.</param>
/// <param name="Also">Another template, without which this one has no meaning.</param>
/// <param name="Files">The project's files.</param>
/// <param name="Stages">Stages that the includer has to add.</param>
/// <param name="With">The pipeline's variables.</param>
/// <param name="OwnJob">Whether the includer needs a job of its own, because the template has none.</param>
/// <param name="Facts">The section's other lines.</param>
internal sealed record TemplateFacts(string Title, string[] Also, string[] Files, string[] Stages, string[] With, bool OwnJob, string Facts)
{
    private const string Line = "\n";

    public string Name => Title.Split(',')[0] + ".gitlab-ci.yml";

    public static IReadOnlyList<TemplateFacts> All { get; } =
    [
        .. File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Templates", "facts.txt"))
            .Split("== ")
            .Skip(1)
            .Select(section => Parse(section.TrimEnd())),
    ];

    private static TemplateFacts Parse(string section)
    {
        var lines = section.Split('\n');
        var given = lines.Skip(1).TakeWhile(line => line.StartsWith('[')).ToArray();
        return new TemplateFacts(
            lines[0],
            Words(given, "also"),
            Words(given, "files"),
            Words(given, "stages"),
            Words(given, "with"),
            given.Contains("[job]"),
            string.Join(Line, lines.Skip(1 + given.Length))
        );
    }

    private static string[] Words(string[] given, string key) =>
        given.FirstOrDefault(line => line.StartsWith($"[{key} "))?[(key.Length + 2)..^1].Split(' ') ?? [];

    public Compilation Compile(PipelineContext context) =>
        Compile(context, $"include: [{string.Join(", ", ((string[])[Name, .. Also]).Select(name => $"template: {name}"))}]");

    public Compilation Compile(PipelineContext context, string include, params string[] more)
    {
        var stages = Stages.Length == 0 ? "" : $"stages: [{string.Join(", ", Stages.Select(stage => stage.Replace('_', ' ')))}]\n";
        var job = OwnJob ? "own: {script: x, rules: [{if: $CI}]}\n" : "";
        return Compiling.Compile($"{include}\n{stages}{job}", context.With(With), [.. Files, .. more]);
    }

    /// <summary>The same lines from what the compiler makes of it.</summary>
    public string Seen()
    {
        var compilations = Kinds.All.Select(kind => Compile(kind.Context)).ToArray();
        foreach (var compilation in compilations)
            Assert.Equal([], compilation.Diagnostics.Select(diagnostic => $"{diagnostic.At}: {diagnostic.Message}"));
        var root = YamlFile.Read("merged.yml", compilations[0].MergedYaml!, new DiagnosticBag())!.Body;
        var lines = compilations[0].Decisions.Select(decision => JobLine(decision.Job, root, compilations));
        return string.Join(Line, (string[])["variables" + Names(root), .. lines]);
    }

    private static string JobLine(string job, ConfigMapping root, Compilation[] compilations)
    {
        var body = (ConfigMapping)root[job]!;
        var stage = (body["stage"] as ConfigScalar)?.Text ?? "test";
        var fates = string.Concat(compilations.Select(compilation => Fate(compilation, job)));
        return $"{job} @ {stage}  {fates}{Names(body)}";
    }

    private static string Names(ConfigMapping owner) =>
        string.Concat(((owner["variables"] as ConfigMapping)?.Entries ?? []).Select(entry => " " + entry.Key));

    public static char Fate(Compilation compilation, string job) =>
        compilation.Pipeline?.Jobs.FirstOrDefault(candidate => candidate.GroupName == job) switch
        {
            null => '-',
            { When: JobWhen.Manual } => 'm',
            { When: JobWhen.Delayed } => 'd',
            { When: JobWhen.Always } => 'a',
            { When: JobWhen.OnFailure } => 'f',
            _ => '+',
        };
}

/// <summary>The kinds of pipeline that a template is asked about, in the order of the letters in <c>facts.txt</c>.</summary>
internal static class Kinds
{
    public static (string Name, PipelineContext Context)[] All { get; } =
    [
        ("default branch", Compiling.Branch()),
        ("branch", Compiling.Branch("feature/x")),
        ("merge request", Compiling.MergeRequest()),
        ("tag", Compiling.Tag()),
    ];
}
