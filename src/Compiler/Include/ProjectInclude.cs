namespace Slipway.Compiler.Include;

/// <summary><c>include:project</c>, files of another project: told, not yet done.</summary>
internal static class ProjectInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        var help = "Copy the file into this repository and use include:local.";
        expansion.Bag.Error(DiagnosticCode.IncludeProjectUnsupported, "include:project is not supported yet", entry.At, help);
        return [];
    }
}
