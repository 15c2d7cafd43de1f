namespace Slipway.Compiler.Include;

/// <summary><c>include:component</c>, a component of the catalog: told, not yet done.</summary>
internal static class ComponentInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        var help = "Copy the component's template into this repository and use include:local.";
        expansion.Bag.Error(DiagnosticCode.IncludeComponentUnsupported, "include:component is not supported yet", entry.At, help);
        return [];
    }
}
