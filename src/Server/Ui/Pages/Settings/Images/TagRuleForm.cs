using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings.Images;

/// <summary>The form of one rule for tags, new or known. https://docs.gitlab.com/user/packages/container_registry/protected_container_tags/</summary>
internal static class TagRuleForm
{
    private const string Push = "minimum_access_level_for_push";
    private const string Delete = "minimum_access_level_for_delete";

    private static readonly (string Value, string Words)[] Levels =
    [
        ("maintainer", "Maintainers and owners"),
        ("owner", "Owners"),
        ("admin", "Administrators"),
    ];

    public static PageAnswer New(PageView view, ProjectContext here) =>
        Page(view, here, new RegistryTagRuleRow(0, here.Id, "", (long)Role.Maintainer, (long)Role.Maintainer), null, 200);

    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        TagRuleStore store,
        CancellationToken ct
    ) => await store.FindAsync(here.Id, id, ct) is { } row ? Page(view, here, row, null, 200) : Refusals.NotFound(http);

    public static Task<IResult> AddAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        TagRuleStore store,
        CancellationToken ct
    ) => KeepAsync(http, view, here, 0, rule => store.CreateAsync(rule, actor.Name, ct), ct);

    public static Task<IResult> ChangeAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        long id,
        TagRuleStore store,
        CancellationToken ct
    ) => KeepAsync(http, view, here, id, rule => store.ChangeAsync(rule, actor.Name, ct), ct);

    public static async Task<IResult> RemoveAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        TagRuleStore store,
        ShownOnce once,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } rule || !await store.RemoveAsync(rule, actor.Name, ct))
            return Refusals.NotFound(http);
        once.Put(http, ShownOnce.Note, $"The rule for {rule.Pattern} is deleted.");
        return new SeeOther(List(here));
    }

    private static async Task<IResult> KeepAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        long id,
        Func<RegistryTagRuleRow, Task<(RegistryTagRuleRow? Rule, FieldError? Wrong)>> keep,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var isImmutable = form["kind"] == "immutable";
        var wanted = new RegistryTagRuleRow(
            id,
            here.Id,
            form["tag_name_pattern"].ToString().Trim(),
            isImmutable ? null : TagRule.LevelOf(form[Push].ToString()),
            isImmutable ? null : TagRule.LevelOf(form[Delete].ToString())
        );
        var (rule, wrong) = await keep(wanted);
        if (wrong is not null)
            return Page(view, here, wanted, wrong, 422);
        if (rule is null)
            return Refusals.NotFound(http);
        var once = (ShownOnce)http.RequestServices.GetService(typeof(ShownOnce))!;
        once.Put(http, ShownOnce.Note, $"The rule for {rule.Pattern} is {(id == 0 ? "added" : "saved")}.");
        return new SeeOther(List(here));
    }

    private static Address List(ProjectContext here) => ImageSettingsPages.At(here).At("tag-rules");

    private static string Words(FieldError wrong) =>
        wrong switch
        {
            { Message: FieldError.Blank } => "Say which tags it is about: ^v is those that begin with v.",
            { Message: FieldError.Taken } => "There is a rule with this pattern already.",
            { Field: "tag_name_pattern", Message: "not valid RE2 syntax" } =>
                "This is no regular expression of RE2's: no looking ahead or behind, no references back.",
            { Field: "base" } => $"{wrong.Message}.",
            { Field: Push or Delete } => "Choose one of these.",
            _ => $"{wrong}.",
        };

    /// <param name="at">What is filled in; without an id it is a new one.</param>
    private static PageAnswer Page(PageView view, ProjectContext here, RegistryTagRuleRow at, FieldError? wrong, int status)
    {
        var (isNew, isImmutable) = (at.Id == 0, new TagRule(at).IsImmutable);
        var title = isNew ? "New rule for tags" : "Rule for tags";
        var action = isNew ? ImageSettingsPages.At(here, "tag_rules") : ImageSettingsPages.At(here, "tag_rules", $"{at.Id}");
        return Layout.Answer(
            ImageSettingsPages.Frame(view, here, title, isNew ? action.Below("new") : action),
            Html.Of(
                $"""
                <h1>{title}</h1>
                {Forms.Problem(wrong?.Field == "base" ? Words(wrong) : null)}
                <form method="post" action="{action}" class="fields narrowed">
                {Forms.Token(view)}
                {Forms.Text("Tags", "tag_name_pattern", at.Pattern, "a regular expression (RE2) that is found in their names: ^v is those that begin with v, .* is all", Html.Of(
                    $" class=\"mono\" spellcheck=\"false\" required"
                ), WrongWith("tag_name_pattern"))}
                <fieldset><legend>What holds for them</legend>
                {Forms.Radio("Protected", "kind", "protected", !isImmutable, "only who has the role pushes and deletes them; cleanup passes over them")}
                {Forms.Radio("Immutable", "kind", "immutable", isImmutable, "once there, nobody moves or deletes them, also no administrator")}
                </fieldset>
                <div class="fields of-protected">
                {Forms.Select("Who pushes them", Push, TagRule.WordOf(at.PushLevel), Levels, null, WrongWith(Push))}
                {Forms.Select("Who deletes them", Delete, TagRule.WordOf(at.DeleteLevel), Levels, null, WrongWith(Delete))}
                </div>
                <div class="acts"><button class="primary">{(isNew ? "Add rule" : "Save changes")}</button><a class="button" href="{List(
                    here
                )}">Cancel</a></div>
                </form>
                """
            ),
            status
        );

        string? WrongWith(string field) => wrong?.Field == field ? Words(wrong) : null;
    }
}
