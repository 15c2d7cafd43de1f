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

    /// <param name="text">What the job's file holds; <see langword="null"/> when the job or its file is not there.</param>
    public static IEnumerable<IncludedText> OfTrigger(IncludeEntry entry, string? text, IncludeExpansion expansion)
    {
        var (bag, mask) = (expansion.Bag, expansion.Scope.Mask);
        var (path, job) = (entry.Text("artifact") ?? "", entry.Text("job"));
        if (string.IsNullOrEmpty(job))
            bag.Error(DiagnosticCode.IncludeArtifact, "Job must be provided when including configs from artifacts", entry.At);
        else if (text is null)
            bag.Error(
                DiagnosticCode.IncludeArtifact,
                $"Job `{mask(job)}` not found in parent pipeline or does not have artifacts!",
                entry.At,
                $"Or there is no {mask(path)} in them."
            );
        else if (!YamlExtension.IsOn(path))
            bag.Error(DiagnosticCode.IncludeNotYaml, $"Included file `{mask(path)}` does not have YAML extension!", entry.At);
        else if (string.IsNullOrWhiteSpace(text))
            bag.Error(DiagnosticCode.IncludeEmpty, $"File `{mask(path)}` is empty!", entry.At);
        else
            return [new IncludedText(path, text, entry.At) { Origin = entry.Origin with { Component = null } }];
        return [];
    }
}
