using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Api;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings.Images;

/// <summary>A project's cleanup policy: what it says, its form, and a dry run of what is filled in, which saves nothing and removes nothing.</summary>
internal static class CleanupPage
{
    /// <summary>GitLab's, in the address.</summary>
    public const string Name = "cleanup_image_tags";

    private const string Title = "Cleanup policy";
    private const string DryRun = "dry_run";

    /// <summary>The section of the page that has all settings of images.</summary>
    public static Html Summary(PageView view, ProjectContext here, CleanupPolicy policy, long? next) =>
        Html.Of(
            $"""
            <section aria-labelledby="cleanup"><div class="head"><h2 id="cleanup">{Title}</h2><a class="button" href="{ImageSettingsPages.At(
                here,
                Name
            )}">{(policy.Enabled ? "Edit cleanup rules" : "Set cleanup rules")}</a></div>
            <p>{(policy.Enabled ? CleanupWords.Of(policy) : Html.Of($"Old tags stay until somebody deletes them."))}</p>
            <p class="muted">{When(view, policy, next)}</p></section>
            """
        );

    public static async Task<PageAnswer> ShowAsync(PageView view, ProjectContext here, CleanupStore store, CancellationToken ct)
    {
        var (policy, next) = await store.FindAsync(here.Id, ct);
        return Page(view, here, new Shown(policy, When(view, policy, next)), 200);
    }

    /// <summary>Saves it, or shows what it would do.</summary>
    public static async Task<IResult> SendAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        CleanupStore store,
        CleanupRuns runs,
        ShownOnce once,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var (before, next) = await store.FindAsync(here.Id, ct);
        var (policy, wrong) = CleanupSettings.Read(before, Given(form));
        var shown = new Shown(policy, When(view, before, next));
        if (form.ContainsKey(DryRun))
        {
            // What is off says all the same what it would do.
            wrong ??= (policy with { Enabled = true }).Wrong();
            if (wrong is null)
            {
                var plans = await runs.PlanAsync(here.Id, policy.Rule, ct);
                return Page(view, here, shown with { DryRun = CleanupPreview.Of(view, here, plans, policy == before) }, 200);
            }
        }
        else
        {
            wrong ??= await store.SetAsync(here.Project, policy, actor.Name, ct);
            if (wrong is null)
            {
                once.Put(http, ShownOnce.Note, policy.Enabled ? "Cleanup policy saved." : "Cleanup policy saved. It is off.");
                return new SeeOther(ImageSettingsPages.At(here));
            }
        }

        return Page(view, here, shown with { Wrong = wrong }, 422);
    }

    /// <summary>GitLab's names for them, which the API has too. What is not ticked is not sent.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Given(IFormCollection form) =>
        ((string[])["cadence", "keep_n", "name_regex_keep", "older_than", "name_regex"])
            .Where(form.ContainsKey)
            .Select(name => KeyValuePair.Create(name, form[name].ToString().Trim()))
            .Prepend(KeyValuePair.Create("enabled", form["enabled"] == "true" ? "true" : "false"));

    private sealed record Shown(CleanupPolicy Policy, Html Next)
    {
        public FieldError? Wrong { get; init; }
        public Html DryRun { get; init; }

        public string? WrongWith(string field) => Wrong?.Field == field ? CleanupWords.Wrong(Wrong) : null;
    }

    private static Html When(PageView view, CleanupPolicy policy, long? next) =>
        policy.Enabled && next is { } at
            ? Html.Of($"It runs next {Times.Until(at, view.Now)}.")
            : Html.Of($"It is off. Enabled now, it first runs in {CleanupWords.FirstRun(policy)}.");

    private static PageAnswer Page(PageView view, ProjectContext here, Shown shown, int status)
    {
        var (policy, at) = (shown.Policy, ImageSettingsPages.At(here, Name));
        var mono = Html.Of($" class=\"mono\" spellcheck=\"false\"");
        return Layout.Answer(
            ImageSettingsPages.Frame(view, here, Title, at),
            Html.Of(
                $"""
                <h1>{Title}</h1>
                <p class="lead">Old tags of this project's images go by themselves, in each repository by the same rule. <code>latest</code> and protected tags always stay.</p>
                <p class="muted">{shown.Next}</p>
                <form method="post" action="{at}" class="fields narrowed">
                {Forms.Token(view)}
                {Forms.Check("Enabled", "enabled", policy.Enabled, "without it the rule is kept, and does nothing")}
                {Forms.Select("Run cleanup", "cadence", policy.Cadence, CleanupWords.Cadences, null, shown.WrongWith("cadence"))}
                <fieldset class="fields"><legend>Keep these tags</legend>
                {Forms.Select("Keep the most recent", "keep_n", $"{policy.KeepN}", CleanupWords.Counts, "of those that would go, in each repository", shown.WrongWith("keep_n"))}
                {Forms.Text("Keep tags matching", "name_regex_keep", policy.NameRegexKeep, "a regular expression (RE2) for the whole name: v.+ keeps what begins with v", mono, shown.WrongWith("name_regex_keep"))}
                </fieldset>
                <fieldset class="fields"><legend>Remove these tags</legend>
                {Forms.Select("Remove tags older than", "older_than", policy.OlderThan ?? "", CleanupWords.Ages, "since their last push", shown.WrongWith("older_than"))}
                {Forms.Text("Remove tags matching", "name_regex", policy.NameRegex, ".* is all of them", mono, shown.WrongWith("name_regex"))}
                </fieldset>
                <div class="acts"><button class="primary">Save changes</button><button name="{DryRun}" value="true" formaction="{at.At(
                    "dry-run"
                )}">Dry run</button><a class="button" href="{ImageSettingsPages.At(here)}">Cancel</a></div>
                </form>
                {shown.DryRun}
                """
            ),
            status
        );
    }
}
