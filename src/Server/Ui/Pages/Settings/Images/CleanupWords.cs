using Slipway.Server.Http;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Pages.Settings.Images;

/// <summary>A cleanup policy in words.</summary>
internal static class CleanupWords
{
    public static IReadOnlyList<(string Value, string Words)> Cadences { get; } =
    [.. CleanupPolicy.Cadences.Select(cadence => (cadence, "every " + Cadence(cadence)))];

    public static IReadOnlyList<(string Value, string Words)> Counts { get; } =
    [("", "none for being new"), .. CleanupPolicy.Counts.Select(count => ($"{count}", count == 1 ? "1 tag" : $"{count} tags"))];

    public static IReadOnlyList<(string Value, string Words)> Ages { get; } =
    [("", "of any age"), .. CleanupPolicy.Ages.Select(age => (age, Age(age)))];

    /// <summary>What it does, in a few sentences.</summary>
    public static Html Of(CleanupPolicy policy)
    {
        var age = policy.OlderThan is { } old ? $" that were last pushed more than {Age(old)} ago" : "";
        var names = policy.NameRegex is ".*" ? Html.Nothing : Html.Of($" named <code>{policy.NameRegex}</code>");
        var newest = policy.KeepN switch
        {
            null => Html.Nothing,
            1 => Html.Of($" The newest of them stays in each repository."),
            var count => Html.Of($" The {(long)count} newest of them stay in each repository."),
        };
        var kept = string.IsNullOrEmpty(policy.NameRegexKeep)
            ? Html.Nothing
            : Html.Of($" What is named <code>{policy.NameRegexKeep}</code> stays.");
        return Html.Of($"Every {Cadence(policy.Cadence)} all tags{names}{age} are removed.{newest}{kept}");
    }

    /// <summary>How long it takes from its beginning to its first run.</summary>
    public static string FirstRun(CleanupPolicy policy) =>
        Cadence(policy.Cadence) is var cadence && cadence.Contains(' ') ? cadence : $"a {cadence}";

    /// <summary>What is wrong with what is filled in.</summary>
    public static string Wrong(FieldError wrong) =>
        wrong switch
        {
            { Field: "name_regex", Message: FieldError.Blank } => "Say which tags may go: .* is all of them.",
            { Field: "name_regex" or "name_regex_keep", Message: var message }
                when !message.StartsWith("is too long", StringComparison.Ordinal) =>
                "This is no regular expression of RE2's: no looking ahead or behind, no references back.",
            _ => $"{wrong}.",
        };

    private static string Cadence(string cadence) =>
        cadence switch
        {
            "7d" => "week",
            "14d" => "two weeks",
            "1month" => "month",
            "3month" => "three months",
            _ => "day",
        };

    private static string Age(string age) => $"{age[..^1]} days";
}
