namespace Slipway.Compiler;

// Band 02xx, first half: extends, !reference, merging.
public static partial class DiagnosticCode
{
    public const string UnknownExtends = "CI0201";
    public const string InvalidExtends = "CI0202";
    public const string ExtendsTooDeep = "CI0203";
    public const string CircularExtends = "CI0204";
    public const string ReferenceNotFound = "CI0211";
    public const string CircularReference = "CI0212";

    /// <summary>Merging made more than a configuration may hold.</summary>
    public const string MergedTooBig = "CI0221";
}
