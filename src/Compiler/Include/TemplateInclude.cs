namespace Slipway.Compiler.Include;

/// <summary><c>include:template</c>, one of the instance's templates: told, not yet done.</summary>
internal static class TemplateInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        var help = "Copy the template into this repository and use include:local.";
        expansion.Bag.Error(DiagnosticCode.IncludeTemplateUnsupported, "include:template is not supported yet", entry.At, help);
        return [];
    }
}
