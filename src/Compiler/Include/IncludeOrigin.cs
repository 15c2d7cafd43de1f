using Slipway.Compiler.Inputs;

namespace Slipway.Compiler.Include;

/// <summary>Where a file of the configuration comes from, which is where its own includes look and what their rules and paths see.</summary>
internal sealed record IncludeOrigin
{
    /// <summary>Of no project: what a remote file or a template includes sees no files and no variables.</summary>
    public static IncludeOrigin Nowhere { get; } = new();

    /// <summary>The files beside it; <see langword="null"/> when it is of no project.</summary>
    public ProjectTree? Tree { get; init; }

    /// <summary>What stands before a path of <see cref="Tree"/> in positions: nothing for the pipeline's own project, else <c>group/project@ref:</c>.</summary>
    public string Prefix { get; init; } = "";

    public bool SeesVariables { get; init; }

    /// <summary>What <c>$[[ component.… ]]</c> means in the file and in the local files it includes.</summary>
    public ComponentContext? Component { get; init; }

    public static IncludeOrigin Of(ProjectTree tree) => new() { Tree = tree, SeesVariables = true };

    /// <param name="reference">As the configuration writes it.</param>
    public IncludeOrigin In(ProjectAnswer.Found project, string reference, ComponentContext? component = null) =>
        new()
        {
            Tree = project.Tree,
            Prefix = reference is "HEAD" ? $"{project.Path}:" : $"{project.Path}@{reference}:",
            SeesVariables = SeesVariables,
            Component = component,
        };
}
