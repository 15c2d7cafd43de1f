using Slipway.Cli.LocalRun;
using Slipway.Cli.Project;
using Slipway.Cli.Reports;
using Slipway.Compiler;

namespace Slipway.Cli.Commands;

/// <summary>A project with its configuration compiled: where every verb starts.</summary>
internal sealed record Workspace(LocalProject Project, Compilation Compilation)
{
    /// <summary>Bytes; one more than the compiler takes, so that it sees, and says, that a text is too long.</summary>
    private const int MostRead = 2 * 1024 * 1024 + 1;

    /// <exception cref="CommandException">There is no such folder or file.</exception>
    public static Workspace Open(ProjectOptions options, Surroundings surroundings)
    {
        var project = OpenProject(options, surroundings);
        return new Workspace(project, PipelineCompiler.Compile(project.Config, project.Tree, project.Context, CancellationToken.None));
    }

    /// <summary>The project with its configuration read and not yet compiled.</summary>
    /// <exception cref="CommandException">There is no such folder or file.</exception>
    public static LocalProject OpenProject(ProjectOptions options, Surroundings surroundings)
    {
        var isStandardInput = options.File == "-";
        var project = ProjectReader.Read(isStandardInput ? options with { File = null } : options, surroundings);
        return project with
        {
            Config = isStandardInput
                ? new ConfigSource.Text("-", ReadAll(surroundings.In))
                : new ConfigSource.Text(project.ConfigFile, ReadConfig(project, options)),
        };
    }

    /// <summary>The text of a file as positions name it.</summary>
    public static string? ReadText(LocalProject project, Compilation compilation, string file) =>
        project.Config is ConfigSource.Text text && text.Name == file ? text.Content
        : compilation.ExternalTexts.TryGetValue(file, out var external) ? external
        : project.Tree.ReadText(file);

    /// <inheritdoc cref="SayErrors(LocalProject, Compilation, Surroundings)"/>
    public int? SayErrors(Surroundings surroundings) => SayErrors(Project, Compilation, surroundings);

    /// <summary>Shows what is wrong with the configuration.</summary>
    /// <returns>The exit code to end with; <see langword="null"/> when nothing is wrong.</returns>
    public static int? SayErrors(LocalProject project, Compilation compilation, Surroundings surroundings)
    {
        if (compilation.IsValid)
            return null;
        var errors = compilation.Diagnostics.Where(d => d.Severity == Severity.Error).ToArray();
        var columns = surroundings.ErrorIsTerminal ? surroundings.Columns() : 0;
        surroundings.Say(
            LintReport.ToText(errors, file => ReadText(project, compilation, file), surroundings.ErrorPalette(), columns).TrimEnd('\n')
        );
        return ExitCode.Invalid;
    }

    private static string ReadConfig(LocalProject project, ProjectOptions options)
    {
        var path = Path.GetFullPath(project.ConfigFile, project.Root);
        if (!File.Exists(path))
            throw new CommandException(
                ExitCode.NotFound,
                $"there is no {options.File ?? project.ConfigFile} in {project.Root}",
                "slipway works in a folder with a .gitlab-ci.yml, or with --file FILE"
            );
        using var file = File.OpenRead(path);
        return ReadAll(file);
    }

    private static string ReadAll(Stream input)
    {
        var buffer = new byte[MostRead];
        return ProjectTree.TextOf(buffer.AsSpan(0, input.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)));
    }
}
