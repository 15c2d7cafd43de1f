using Slipway.Compiler.Keywords.Durations;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>start_in</c>, whose checks depend on <c>when</c> beside it.</summary>
internal static class Delays
{
    private const double Week = 604_800;

    private const string SomeText = """{"type":"string"}""";

    /// <summary>A delayed one must have it, and no other may.</summary>
    public static string SchemaOfRule { get; } =
        If(Is("when", "delayed"), All(Set("start_in"), Key("start_in", SomeText)), Absent("start_in"));

    public static string SchemaOfJob { get; } =
        If(Not(Set("rules")), If(Is("when", "delayed"), All(Set("start_in"), Key("start_in", SomeText)), Not(Set("start_in"))));

    public static Complaint? Complain(ConfigMapping map)
    {
        if (TextAt(map, "start_in") is not { } text || !ChronicDuration.TryParse(text, out var seconds))
            return new Complaint(DiagnosticCode.InvalidDuration, "start_in", "should be a duration");
        return seconds > Week ? new Complaint(DiagnosticCode.OutOfLimits, "start_in", "should not exceed the limit") : null;
    }

    /// <summary>For a job: only a delayed one without rules may have it.</summary>
    public static Complaint? OfJob(ConfigMapping job)
    {
        // With rules GitLab has its own words; see the exclusions of rules.
        if (!job.Has("start_in") && TextAt(job, "when") != "delayed" || IsSet(job, "rules"))
            return null;
        if (TextAt(job, "when") == "delayed")
            return Complain(job);
        return IsSet(job, "start_in") ? new Complaint(DiagnosticCode.CannotBeTogether, "start_in", "must be blank") : null;
    }
}
