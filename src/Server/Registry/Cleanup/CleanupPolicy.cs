using System.Globalization;
using System.Text.Json;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Cleanup;

/// <summary>
/// A project's rule for old tags, and how often it is run: GitLab's <c>container_expiration_policy</c>, with its names and defaults. It does nothing until it is
/// enabled. https://docs.gitlab.com/api/projects/#edit-a-project
/// </summary>
internal sealed record CleanupPolicy
{
    public bool Enabled { get; init; }

    /// <summary><c>1d</c>, <c>7d</c>, <c>14d</c>, <c>1month</c> or <c>3month</c>.</summary>
    public string Cadence { get; init; } = "1d";

    /// <summary>1, 5, 10, 25, 50 or 100 tags of each repository; nothing: none for being new.</summary>
    public int? KeepN { get; init; } = 10;

    /// <summary><c>7d</c>, <c>14d</c>, <c>30d</c>, <c>60d</c> or <c>90d</c>; nothing: of any age.</summary>
    public string? OlderThan { get; init; } = "90d";

    public string? NameRegex { get; init; } = ".*";
    public string? NameRegexKeep { get; init; }

    public static readonly IReadOnlyList<string> Cadences = ["1d", "7d", "14d", "1month", "3month"];
    public static readonly IReadOnlyList<int> Counts = [1, 5, 10, 25, 50, 100];
    public static readonly IReadOnlyList<string> Ages = ["7d", "14d", "30d", "60d", "90d"];

    public CleanupRule Rule =>
        new(
            NameRegex ?? "",
            NameRegexKeep,
            KeepN,
            OlderThan is null ? null : TimeSpan.FromDays(int.Parse(OlderThan[..^1], CultureInfo.InvariantCulture))
        );

    /// <summary>When it is run after one run.</summary>
    public DateTimeOffset After(DateTimeOffset run) =>
        Cadence switch
        {
            "7d" => run.AddDays(7),
            "14d" => run.AddDays(14),
            "1month" => run.AddMonths(1),
            "3month" => run.AddMonths(3),
            _ => run.AddDays(1),
        };

    /// <returns>Nothing when it can be kept.</returns>
    public FieldError? Wrong() =>
        !Cadences.Contains(Cadence) ? new FieldError("cadence", "is not included in the list")
        : KeepN is { } count && !Counts.Contains(count) ? new FieldError("keep_n", "is not included in the list")
        : OlderThan is { } age && !Ages.Contains(age) ? new FieldError("older_than", "is not included in the list")
        : Enabled && string.IsNullOrEmpty(NameRegex) ? new FieldError("name_regex", FieldError.Blank)
        : WrongRegex("name_regex", NameRegex) ?? WrongRegex("name_regex_keep", NameRegexKeep);

    public static CleanupPolicy Parse(string? json) =>
        json is null ? new CleanupPolicy() : JsonSerializer.Deserialize<CleanupPolicy>(json, Json) ?? new CleanupPolicy();

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static JsonSerializerOptions Json => Answers.Json;

    private static FieldError? WrongRegex(string field, string? regex) =>
        regex is null ? null
        : regex.Length > CleanupRule.LongestRegex ? new FieldError(field, $"is too long (maximum is {CleanupRule.LongestRegex} characters)")
        : CleanupRule.Whole(regex) is null ? new FieldError(field, "not valid RE2 syntax")
        : null;
}
