namespace Slipway.Compiler;

// Band 02xx, last part: spec, inputs and interpolation.
public static partial class DiagnosticCode
{
    /// <summary>The header with <c>spec:</c> has a wrong shape.</summary>
    public const string InvalidSpec = "CI0271";

    /// <summary>An input's value is missing, or is not what its specification allows.</summary>
    public const string InvalidInput = "CI0272";

    public const string UnknownInput = "CI0273";

    /// <summary>A <c>$[[ … ]]</c> that means nothing.</summary>
    public const string InvalidInterpolation = "CI0274";

    public const string InterpolationTooBig = "CI0275";
}
