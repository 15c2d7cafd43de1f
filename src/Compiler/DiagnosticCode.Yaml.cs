namespace Slipway.Compiler;

// Band 00xx: the text of a YAML file.
public static partial class DiagnosticCode
{
    /// <summary>The configuration is blank.</summary>
    public const string NoContent = "CI0001";

    /// <summary>The text is not YAML; the message is libyaml's.</summary>
    public const string YamlSyntax = "CI0002";

    public const string UnknownAlias = "CI0003";

    /// <summary>A date, a time, or a tag that names a Ruby class.</summary>
    public const string UnspecifiedClass = "CI0004";

    public const string InvalidReference = "CI0005";

    /// <summary>Too many bytes, too many nodes (aliases counted each time they are used), or nested too deep.</summary>
    public const string YamlTooBig = "CI0006";

    /// <summary>A document is not a mapping.</summary>
    public const string InvalidFormat = "CI0007";

    /// <summary>A key is a list or a map, or a value no type can hold.</summary>
    public const string UnusableValue = "CI0008";

    /// <summary>A warning: the file goes on where YAML has already ended.</summary>
    public const string YamlRestIgnored = "CI0009";
}
