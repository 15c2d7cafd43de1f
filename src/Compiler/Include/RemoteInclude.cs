namespace Slipway.Compiler.Include;

/// <summary><c>include:remote</c>, a file behind a URL: told, not yet done.</summary>
internal static class RemoteInclude
{
    public static IEnumerable<IncludedText> Find(IncludeEntry entry, IncludeExpansion expansion)
    {
        var help = "Download the file into this repository and use include:local.";
        expansion.Bag.Error(DiagnosticCode.IncludeRemoteUnsupported, "include:remote is not supported yet", entry.At, help);
        return [];
    }
}
