using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Secrets;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>
/// CI/CD variables: the list never shows a value, the form of one shows it unless it is hidden, and what is hidden is in no answer ever again.
/// https://docs.gitlab.com/ci/variables/
/// </summary>
internal static class VariablePages
{
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder place, Access access)
    {
        if (access is Access.Administrator)
            place.MapPage("/ci/variables", AllAsync, access);
        place.MapPage("/variables/new", New, access);
        place.MapPage("/variables/{id:long}", ShowAsync, access);
        place.MapForm("/variables", AddAsync, access);
        place.MapForm("/variables/{id:long}", ChangeAsync, access);
        place.MapForm("/variables/{id:long}/delete", RemoveAsync, access);
    }

    /// <summary>The list, as a part of a page.</summary>
    public static async Task<Html> ListAsync(PageView view, SettingsPlace here, Db db, CancellationToken ct)
    {
        var rows = await VariableStore.ListAsync(db, await VariableOwner.BindAsync(view.Http), new Paging(1, Most), ct);
        var list =
            rows.Count == 0
                ? Lists.Empty(
                    "No variables yet",
                    Html.Of(
                        $"<p>Jobs see a variable as <code>$NAME</code>. Use them for what must not stand in the repository: keys, passwords, addresses.</p>"
                    )
                )
                : Html.Of($"<ul class=\"rows\">{rows.Select(row => Row(here, row))}</ul>");
        return Html.Of(
            $"""
            <section id="variables" aria-labelledby="variables-title"><div class="head">{here.Heading("variables", "Variables")}<a class="button" href="{here.To(
                "variables",
                "new"
            )}">Add variable</a></div>{list}</section>
            """
        );
    }

    private static async Task<PageAnswer> AllAsync(PageView view, SettingsPlace here, Db db, CancellationToken ct) =>
        Layout.Answer(here.Frame(view, "Variables", "variables"), Html.Of($"{await ListAsync(view, here, db, ct)}"));

    private static Html Row(SettingsPlace here, CiVariableRow row)
    {
        (bool Is, string Word)[] marks =
        [
            (row.VariableType == "file", "file"),
            (row.Protected == 1, "protected"),
            (row.Masked == 1 && row.Hidden == 0, "masked"),
            (row.Hidden == 1, "hidden"),
            (row.Raw == 1, "not expanded"),
        ];
        var badges = marks.Where(mark => mark.Is).Select(mark => Html.Of($"<span class=\"badge\">{mark.Word}</span> "));
        var note = Html.Of($"<div class=\"side\">{row.Description}</div>").When(!string.IsNullOrEmpty(row.Description));
        return Html.Of(
            $"""
            <li><div class="main"><a class="title mono" href="{here.To("variables", $"{row.Id}")}">{row.Name}</a> {badges}{note}</div>
            <span class="side">{(row.EnvironmentScope == "*" ? "all environments" : $"in {row.EnvironmentScope}")}</span></li>
            """
        );
    }

    private static PageAnswer New(PageView view, SettingsPlace here) =>
        VariableForm.Page(view, here, new VariableToKeep("", "", "env_var", false, true, false, true, "*", ""), null, null, 200);

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        VariableOwner owner,
        long id,
        Db db,
        SecretBox secrets,
        CancellationToken ct
    ) =>
        await VariableStore.FindAsync(db, owner, id, ct) is { } row
            ? VariableForm.Page(view, here, VariableForm.Of(row, secrets), row, null, 200)
            : Refusals.NotFound(http);

    private static async Task<IResult> AddAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        VariableOwner owner,
        Db db,
        SecretBox secrets,
        ShownOnce once,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var wanted = VariableForm.Read(await http.Request.ReadFormAsync(ct), null, "");
        var (row, error) = await VariableStore.AddAsync(db, owner, wanted, secrets, ct);
        if (row is null)
            return VariableForm.Page(view, here, wanted, null, VariableForm.Words(wanted, error!), 422);
        await RecordAsync(http, db, "variable_created", here, row, time, ct);
        once.Put(http, ShownOnce.Note, $"Variable {row.Name} added.");
        return new SeeOther(here.List("variables"));
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        VariableOwner owner,
        long id,
        Db db,
        SecretBox secrets,
        ShownOnce once,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await VariableStore.FindAsync(db, owner, id, ct) is not { } row)
            return Refusals.NotFound(http);
        var wanted = VariableForm.Read(await http.Request.ReadFormAsync(ct), row, secrets.Open(CiVariables.Purpose, row.Value));
        var (changed, error) = await VariableStore.ChangeAsync(db, owner, id, wanted, secrets, ct);
        if (error is not null)
            return VariableForm.Page(view, here, wanted, row, VariableForm.Words(wanted, error), 422);
        if (changed is null)
            return Refusals.NotFound(http);
        await RecordAsync(http, db, "variable_changed", here, row, time, ct);
        once.Put(http, ShownOnce.Note, $"Variable {row.Name} saved.");
        return new SeeOther(here.List("variables"));
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http,
        SettingsPlace here,
        VariableOwner owner,
        long id,
        Db db,
        ShownOnce once,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await VariableStore.FindAsync(db, owner, id, ct) is not { } row)
            return Refusals.NotFound(http);
        await VariableStore.RemoveAsync(db, row, ct);
        await RecordAsync(http, db, "variable_removed", here, row, time, ct);
        once.Put(http, ShownOnce.Note, $"Variable {row.Name} deleted.");
        return new SeeOther(here.List("variables"));
    }

    private static Task<bool> RecordAsync(
        HttpContext http,
        Db db,
        string action,
        SettingsPlace here,
        CiVariableRow row,
        TimeProvider time,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                var details = new { row.Name, row.EnvironmentScope };
                await Audit.WriteAsync(session, http.Actor().Name, action, here.Name, details, time.Milliseconds(), token);
                return true;
            },
            ct
        );
}
