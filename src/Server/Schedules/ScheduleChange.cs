using System.Collections.Immutable;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;

namespace Slipway.Server.Schedules;

/// <summary>A schedule as somebody wants it to be.</summary>
/// <param name="Ref">In full.</param>
internal sealed record ScheduleChange(string Description, string Ref, string Cron, string CronTimezone, bool Active, ScheduleInputs Inputs)
{
    private const int LongestDescription = 255;

    /// <summary>Reads one from a caller's parameters, over what is there.</summary>
    public static async Task<(ScheduleChange? Change, FieldError? Problem)> ReadAsync(
        Parameters p,
        PipelineScheduleRow? old,
        Repository repository,
        CancellationToken ct
    )
    {
        var (inputs, wrong) = (old is null ? ScheduleInputs.None : ScheduleInputs.Parse(old.Inputs)).With(p);
        var change = new ScheduleChange(
            p.Text("description") ?? old?.Description ?? "",
            p.Text("ref") is { } given ? await FullRefAsync(repository, given, ct) ?? "" : old?.Ref ?? "",
            (p.Text("cron") ?? old?.Cron ?? "").Trim(),
            p.Text("cron_timezone") ?? old?.CronTimezone ?? "UTC",
            p.Flag("active") ?? old?.IsActive ?? true,
            inputs
        );
        return (wrong ?? change.Problem) is { } problem ? (null, problem) : (change, null);
    }

    public bool IsTag => RefNames.Tag(Ref) is not null;

    /// <summary>Branch or tag, without <c>refs/…</c>.</summary>
    public string ShortRef => RefNames.Tag(Ref) ?? RefNames.Branch(Ref)!;

    /// <summary>When it runs next.</summary>
    public long NextAfter(long? last, DateTimeOffset now) =>
        ScheduleTimes.Next(Schedules.Cron.Parse(Cron)!, ScheduleZones.Find(CronTimezone)!, last, now);

    /// <summary>What it gives its pipelines; nothing: what it gave before.</summary>
    public ImmutableArray<Variable>? Variables { get; init; }

    /// <summary>Why it cannot be one.</summary>
    public FieldError? Problem =>
        string.IsNullOrWhiteSpace(Description) ? new FieldError("description", FieldError.Blank)
        : Description.Length > LongestDescription
            ? new FieldError("description", $"is too long (maximum is {LongestDescription} characters)")
        : Ref.Length == 0 ? new FieldError("ref", "is not a branch or a tag, or is both")
        : Schedules.Cron.Parse(Cron) is null ? new FieldError("cron", "is invalid syntax")
        : ScheduleZones.Find(CronTimezone) is null ? new FieldError("cron_timezone", "is invalid syntax")
        : Inputs.All.Length > ScheduleInputs.Most ? new FieldError("inputs", $"exceeds the limit of {ScheduleInputs.Most}.")
        : Variables is { } variables ? ScheduleVariables.Problem(variables)
        : null;

    /// <summary>The full name of a branch or a tag that is there; where a short name means both, it must be given in full.</summary>
    public static async Task<string?> FullRefAsync(Repository repository, string text, CancellationToken ct)
    {
        if (!repository.Exists)
            return null;
        if (RefNames.Branch(text) is not null || RefNames.Tag(text) is not null)
            return await repository.RefAsync(text, ct) is null ? null : text;
        var branch = await repository.RefAsync(RefNames.Heads + text, ct);
        var tag = await repository.RefAsync(RefNames.Tags + text, ct);
        return branch is not null && tag is not null ? null : (branch ?? tag)?.Name;
    }
}
