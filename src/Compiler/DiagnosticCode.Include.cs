namespace Slipway.Compiler;

// Band 02xx, second half: include and spec.
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

    /// <summary>An include of a project that is not there, or may not be read.</summary>
    public const string IncludeProjectNotFound = "CI0258";

    public const string IncludeRefNotFound = "CI0259";

    /// <summary>A remote include that has no good address, or did not come.</summary>
    public const string IncludeRemoteFailed = "CI0260";

    public const string IncludeIntegrity = "CI0261";

    /// <summary>An address that is of no component, or of none that is there.</summary>
    public const string IncludeComponent = "CI0262";

    /// <summary>Nobody could be asked for another project's files: there is no remote, or it does not answer.</summary>
    public const string IncludeUnavailable = "CI0263";

    /// <summary>A warning: GitLab looks for wildcards before it replaces variables.</summary>
    public const string IncludeWildcardVariable = "CI0264";

    /// <summary>An <c>include:template</c> whose name does not end in <c>.gitlab-ci.yml</c>.</summary>
    public const string TemplateName = "CI0270";
}
