using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary><c>artifact</c> with <c>job</c>: a file another job made. Only a trigger job may include one.</summary>
internal static class ArtifactInclude
{
    /// <summary>As an include in a configuration file, where it is always wrong.</summary>
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        var help = "Move it to trigger:include of a trigger job.";
        expansion.Bag.Error(
            DiagnosticCode.IncludeArtifact,
            "Including configs from artifacts is only allowed when triggering child pipelines",
            entry.At,
            help
        );
        return [];
    }

    public static IEnumerable<IncludedText> OfTrigger(RootInclude file, DiagnosticBag bag)
    {
        var (include, text) = (file.Include, file.Text);
        if (string.IsNullOrEmpty(include.Job))
            bag.Error(DiagnosticCode.IncludeArtifact, "Job must be provided when including configs from artifacts", include.At);
        else if (text is null)
            bag.Error(
                DiagnosticCode.IncludeArtifact,
                $"Job `{include.Job}` not found in parent pipeline or does not have artifacts!",
                include.At
            );
        else if (!YamlExtension.IsOn(include.Path))
            bag.Error(DiagnosticCode.IncludeNotYaml, $"Included file `{include.Path}` does not have YAML extension!", include.At);
        else if (string.IsNullOrWhiteSpace(text))
            bag.Error(DiagnosticCode.IncludeEmpty, $"File `{include.Path}` is empty!", include.At);
        else
            return [new IncludedText(include.Path, text, include.At)];
        return [];
    }
}
