using Slipway.Compiler.Inputs;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>A file that is to be included.</summary>
/// <param name="File">Its name in positions.</param>
/// <param name="At">The place of the include.</param>
internal sealed record IncludedText(string File, string Text, Position At)
{
    /// <summary>Its name in GitLab's messages: what the include says.</summary>
    public string Location
    {
        get => field ?? File;
        init;
    }

    /// <summary>Where what it includes is looked for.</summary>
    public IncludeOrigin Origin { get; init; } = IncludeOrigin.Nowhere;

    /// <summary>Of the file that includes it: whose variables its inputs may name.</summary>
    public IncludeOrigin From { get; init; } = IncludeOrigin.Nowhere;

    /// <summary>Set for a component's own file; others see that of the file that includes them.</summary>
    public ComponentContext? Component { get; init; }

    /// <summary><c>include:inputs</c>, as written.</summary>
    public ConfigNode? Inputs { get; init; }

    /// <summary>A file named by <c>trigger:include</c>, which GitLab treats as a root: it may use <c>spec:include</c>.</summary>
    public bool IsRoot { get; init; }

    public bool ByWildcard { get; init; }

    /// <summary>It does not lie in the project's own tree under its name.</summary>
    public bool IsOutside { get; init; }

    /// <summary>What its content depends on besides its text: the same file with the same key says the same again.</summary>
    public string Key =>
        $"{Component?.Name ?? From.Component?.Name}\n{Component?.Reference}\n{(Inputs is null ? "" : JsonText.Of(Inputs))}";

    /// <summary>A complaint about this file's content, as GitLab tells it.</summary>
    public Diagnostic Named(Diagnostic complaint) =>
        complaint with
        {
            Message = $"`{Location}`: {complaint.Message}",
            Trail = [.. complaint.Trail, ("included from", At)],
        };
}
