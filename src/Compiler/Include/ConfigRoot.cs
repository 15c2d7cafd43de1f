using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Include;

/// <summary>Where a configuration begins.</summary>
internal abstract record ConfigRoot
{
    private ConfigRoot() { }

    /// <param name="Path">In the project's tree; the project's CI configuration path.</param>
    internal sealed record File(string Path) : ConfigRoot;

    /// <param name="Name">What positions call it, <c>.gitlab-ci.yml</c>.</param>
    internal sealed record Text(string Name, string Content) : ConfigRoot;

    /// <summary>A child pipeline: as if a file held nothing but an <c>include:</c> of these.</summary>
    internal sealed record Includes(ImmutableArray<RootInclude> Files) : ConfigRoot;
}

/// <param name="Text">For an artifact include what the job's file holds; <see langword="null"/> when the job or its file is not there.</param>
internal sealed record RootInclude(TriggerInclude Include, string? Text = null);

/// <summary>What includes and inputs may ask of the pipeline to be; the answers must not change while one configuration is loaded.</summary>
internal sealed record IncludeScope
{
    /// <summary>GitLab's expansion of <c>$X</c> in paths, with the variables known before a pipeline exists.</summary>
    public Func<string, string> Expand { get; init; } = text => text;

    /// <summary>Hides the values of masked variables in what is told to the user.</summary>
    public Func<string, string> Mask { get; init; } = text => text;

    /// <summary>
    /// Whether an include's <c>rules</c> (the node under that key, as written) let the file in, seen from the file they stand in. Mistakes in the
    /// rules go to the bag, and the answer is then false.
    /// </summary>
    public Func<ConfigNode, IncludeOrigin, DiagnosticBag, bool> RulesAllow { get; init; } = (_, _, _) => true;

    /// <summary>A variable known before a pipeline exists, for <c>$[[ … | expand_vars ]]</c>.</summary>
    public Func<string, Variable?> Variable { get; init; } = _ => null;

    /// <summary>Values for the root file's <c>spec:inputs</c>, as text.</summary>
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>No values are asked for: the root file's inputs have their defaults, and those without one whatever fits.</summary>
    public bool HasStandIns { get; init; }

    /// <summary>Other projects and the web.</summary>
    public ExternalLookup External { get; init; } = new(ExternalFiles.None);

    /// <summary>This instance's name, <c>gitlab.example.com</c>, with the port when it is not the usual one: components live nowhere else.</summary>
    public string ServerName { get; init; } = "localhost";
}

/// <summary>What came of loading a configuration.</summary>
/// <param name="Root">After include, extends and !reference; <c>extends</c> keys are still there, <c>include</c> is not. <see langword="null"/> when there are errors.</param>
/// <param name="Files">Every file read, the root first, each once.</param>
/// <param name="Header">The root file's document with <c>spec:</c>, if it has one: also when there are errors behind it.</param>
internal sealed record LoadedConfiguration(ConfigMapping? Root, ImmutableArray<string> Files, ConfigMapping? Header)
{
    /// <summary>The texts of those files that do not lie in the project's tree.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>All files in one, nothing extended or referred to yet: who asks where something comes from looks here. <see langword="null"/> when there are errors.</summary>
    public ConfigMapping? Included { get; init; }
}
