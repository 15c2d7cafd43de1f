using System.Text.Json;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Runners;

/// <summary>What may be said of a runner when it is made or changed. https://docs.gitlab.com/api/runners/</summary>
/// <param name="MaximumTimeout">Seconds.</param>
internal sealed record RunnerSettings(
    string Description,
    string MaintenanceNote,
    bool Paused,
    bool Locked,
    bool RunUntagged,
    IReadOnlyList<string> Tags,
    string AccessLevel,
    long? MaximumTimeout
)
{
    private const int LongestNote = 1024;
    private const int LongestText = 255;
    private const int MostTags = 50;
    private const int LeastTimeout = 600;

    public static RunnerSettings Unsaid { get; } = new("", "", false, false, true, [], RunnerWords.NotProtected, null);

    /// <param name="known">What it is so far; nothing for a new one.</param>
    public static RunnerSettings Read(Parameters p, RunnerRow? known = null)
    {
        var so = known is null ? Unsaid : Of(known);
        return new RunnerSettings(
            p.Text("description") ?? so.Description,
            p.Text("maintenance_note") ?? so.MaintenanceNote,
            p.Flag("paused") ?? !p.Flag("active") ?? so.Paused,
            p.Flag("locked") ?? so.Locked,
            p.Flag("run_untagged") ?? so.RunUntagged,
            p.List("tag_list") is { } tags ? [.. tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct()] : so.Tags,
            p.Text("access_level") ?? so.AccessLevel,
            p.Has("maximum_timeout") ? (p.Number("maximum_timeout") is > 0 and var seconds ? seconds : null) : so.MaximumTimeout
        );
    }

    /// <summary>What is wrong with it, in GitLab's words.</summary>
    public FieldError? Problem =>
        this switch
        {
            { RunUntagged: false, Tags.Count: 0 } => new("tags_list", "can not be empty when runner is not allowed to pick untagged jobs"),
            { Tags.Count: > MostTags } => new("tags_list", $"Too many tags specified. Please limit the number of tags to {MostTags}"),
            _ when Tags.Any(tag => tag.Length > LongestText) => new("tags_list", $"is too long (maximum is {LongestText} characters)"),
            { MaximumTimeout: < LeastTimeout } => new("maximum_timeout", "needs to be at least 10 minutes"),
            { MaintenanceNote.Length: > LongestNote } => new("maintenance_note", $"is too long (maximum is {LongestNote} characters)"),
            { Description.Length: > LongestNote } => new("description", $"is too long (maximum is {LongestNote} characters)"),
            { AccessLevel: not (RunnerWords.NotProtected or RunnerWords.RefProtected) } => new(
                "access_level",
                "does not have a valid value"
            ),
            _ => null,
        };

    /// <summary>As columns.</summary>
    public object Arguments(long id) =>
        new
        {
            id,
            Description,
            MaintenanceNote,
            Paused = Paused ? 1L : 0,
            Locked = Locked ? 1L : 0,
            RunUntagged = RunUntagged ? 1L : 0,
            Tags = JsonSerializer.Serialize(Tags),
            AccessLevel,
            MaximumTimeout,
        };

    private static RunnerSettings Of(RunnerRow row) =>
        new(
            row.Description,
            row.MaintenanceNote,
            row.Paused == 1,
            row.Locked == 1,
            row.RunUntagged == 1,
            Matching.Tags(row.Tags),
            row.AccessLevel,
            row.MaximumTimeout
        );
}
