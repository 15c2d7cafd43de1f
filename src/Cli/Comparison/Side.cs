using Slipway.Cli.LocalRun;
using Slipway.Cli.Project;
using Slipway.Compiler;

namespace Slipway.Cli.Comparison;

/// <summary>One of the two states of a configuration that are compared.</summary>
/// <param name="Name">For titles: <c>HEAD</c>, <c>ci/new.yml</c>, <c>working tree</c>.</param>
/// <param name="Config"><see langword="null"/>: there is no configuration in this state.</param>
internal sealed record Side(string Name, ConfigSource? Config, ProjectTree Tree)
{
    public static Side OfWorkingTree(LocalProject project) =>
        new(
            "working tree",
            project.Tree.ReadText(project.ConfigFile) is { } text ? new ConfigSource.Text(project.ConfigFile, text) : null,
            project.Tree
        );

    /// <param name="word">A revision, or a file; a YAML file that is there is meant as such whatever Git knows under its name.</param>
    /// <exception cref="CommandException">It is neither.</exception>
    public static Side Of(string word, LocalProject project, string directory)
    {
        var path = Path.GetFullPath(word, directory);
        var isYaml =
            word.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || word.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);
        if (isYaml && File.Exists(path))
            return OfFile(word, path, project);
        if (RevisionTree.CommitOf(project.Root, word) is { } commit)
        {
            var tree = new RevisionTree(project.Root, commit).ToProjectTree();
            var text = tree.ReadText(project.ConfigFile);
            return new Side(word, text is null ? null : new ConfigSource.Text(project.ConfigFile, text), tree);
        }

        return File.Exists(path)
            ? OfFile(word, path, project)
            : throw new CommandException(
                ExitCode.NotFound,
                $"\"{word}\" is neither a revision nor a file here",
                "slipway config diff [A [B]]: each a branch, a tag, a commit, or a configuration file"
            );
    }

    /// <summary>Another file in the same project: its includes are those of the working tree.</summary>
    private static Side OfFile(string word, string path, LocalProject project) =>
        new(
            word,
            new ConfigSource.Text(Path.GetRelativePath(project.Root, path).Replace('\\', '/'), ProjectTree.TextOf(File.ReadAllBytes(path))),
            project.Tree
        );

    public Compilation Compile(PipelineContext context) =>
        Config is null
            ? new Compilation(null, []) { Refusal = "there is no configuration" }
            : PipelineCompiler.Compile(Config, Tree, context, CancellationToken.None);
}
