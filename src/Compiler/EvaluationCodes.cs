namespace Slipway.Compiler;

// Bands 04xx (rules at work), 05xx (variables), 06xx (the pipeline as a whole).
public static partial class DiagnosticCode
{
    /// <summary>A rule cannot be answered: <c>compare_to</c> names no ref, say.</summary>
    public const string RuleFailed = "CI0401";

    /// <summary>An include's <c>rules</c> are not rules.</summary>
    public const string InvalidIncludeRule = "CI0402";

    public const string CircularVariables = "CI0501";

    /// <summary>A need that <c>rules</c>, <c>only</c> or <c>except</c> left out of the pipeline.</summary>
    public const string NeedNotInPipeline = "CI0601";

    public const string PipelineNameTooLong = "CI0602";
}
