namespace Slipway.Compiler;

// Band 02xx, second half: include and spec. Band 09xx: include kinds not supported yet.
public static partial class DiagnosticCode
{
    /// <summary>The root file is not there.</summary>
    public const string MissingConfigFile = "CI0250";

    /// <summary>An include that is no text and no map with exactly one kind.</summary>
    public const string InvalidInclude = "CI0251";

    public const string IncludeNotYaml = "CI0252";
    public const string IncludeNotFound = "CI0253";
    public const string IncludeEmpty = "CI0254";
    public const string TooManyIncludes = "CI0255";

    /// <summary>All files together are larger than a configuration may be.</summary>
    public const string IncludesTooBig = "CI0256";

    public const string IncludeArtifact = "CI0257";

    /// <summary>An <c>include:template</c> whose name does not end in <c>.gitlab-ci.yml</c>.</summary>
    public const string TemplateName = "CI0270";

    public const string IncludeProjectUnsupported = "CI0911";
    public const string IncludeRemoteUnsupported = "CI0912";
    public const string IncludeComponentUnsupported = "CI0914";
}
