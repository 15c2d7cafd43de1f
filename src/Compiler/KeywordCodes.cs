namespace Slipway.Compiler;

// Bands 01xx (one keyword at a time) and 03xx (jobs against each other).
public static partial class DiagnosticCode
{
    public const string UnknownKey = "CI0101";

    /// <summary>A list where a text belongs, and the like.</summary>
    public const string WrongType = "CI0102";

    /// <summary>The type is right and the value is not among those allowed.</summary>
    public const string InvalidValue = "CI0103";

    /// <summary>Something that must be there is absent or blank.</summary>
    public const string Missing = "CI0104";

    /// <summary>Keys that exclude each other.</summary>
    public const string CannotBeTogether = "CI0105";

    /// <summary>Too long, too many, too few, too deep.</summary>
    public const string OutOfLimits = "CI0106";

    public const string InvalidDuration = "CI0107";
    public const string InvalidExpression = "CI0108";
    public const string InvalidPattern = "CI0109";

    /// <summary>A top-level entry that is neither keyword nor job: it has none of script, run, trigger, needs.</summary>
    public const string NotAJob = "CI0110";

    public const string NoVisibleJob = "CI0111";

    /// <summary>A key stands at the top level and in <c>default</c>.</summary>
    public const string DefaultTwice = "CI0112";

    /// <summary>Warning: the last rule always matches, so one push may make two pipelines.</summary>
    public const string DuplicatePipelines = "CI0113";

    public const string UnknownStage = "CI0301";
    public const string UndefinedNeed = "CI0302";
    public const string UndefinedDependency = "CI0303";

    /// <summary>A need or dependency in a later stage.</summary>
    public const string NotInPriorStages = "CI0304";

    public const string DuplicateNeeds = "CI0305";
    public const string TooManyNeeds = "CI0306";
    public const string NeedNameTooLong = "CI0307";
    public const string CircularNeeds = "CI0308";
    public const string DependencyOutsideNeeds = "CI0309";

    /// <summary><c>environment:on_stop</c> names a job that cannot stop the environment.</summary>
    public const string InvalidOnStop = "CI0310";

    /// <summary><c>$[[ matrix.X ]]</c> names a variable the job's matrix has not.</summary>
    public const string InvalidMatrixExpression = "CI0311";

    public const string PublishTwice = "CI0312";
}
