using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Schedules;
using Slipway.Server.Secrets;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Schedules;

/// <summary>The form of one schedule, new or known.</summary>
internal sealed class ScheduleForm(
    Db db,
    Repositories repositories,
    PipelineCompilation compilation,
    ScheduleStore store,
    SecretBox secrets,
    ShownOnce once
)
{
    /// <summary>What somebody has filled in.</summary>
    private sealed record Given(
        string Description,
        string Ref,
        string Cron,
        string Zone,
        bool Active,
        IReadOnlyList<VariableLine> Variables,
        ImmutableDictionary<string, string> Inputs
    );

    public static async Task<IResult> NewAsync(PageView view, ProjectContext here, ScheduleForm form, CancellationToken ct)
    {
        var empty = new Given("", here.Project.DefaultBranch ?? "", "", "UTC", true, [], ImmutableDictionary<string, string>.Empty);
        return await form.PageAsync(view, here, null, empty, null, 200, ct);
    }

    public static Task<IResult> ShowAsync([AsParameters] ScheduleAct it, PageView view, ScheduleForm form, CancellationToken ct) =>
        it.DoAsync(
            ScheduleRights.MayChange,
            NotYours,
            async row => await form.PageAsync(view, it.Here, row, form.Of(row), null, 200, ct),
            ct
        );

    public static Task<IResult> AddAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        ScheduleForm form,
        CancellationToken ct
    ) => form.KeepAsync(http, view, here, actor.Responsible!, null, ct);

    public static Task<IResult> ChangeAsync([AsParameters] ScheduleAct it, PageView view, ScheduleForm form, CancellationToken ct) =>
        it.DoAsync(ScheduleRights.MayChange, NotYours, row => form.KeepAsync(it.Http, view, it.Here, it.User, row, ct), ct);

    private const string NotYours =
        "Its pipelines run in its owner's name, so nobody else changes them. A maintainer may take it over first.";

    private Given Of(PipelineScheduleRow row) =>
        new(
            row.Description,
            RefNames.Branch(row.Ref) ?? RefNames.Tag(row.Ref) ?? row.Ref,
            row.Cron,
            row.CronTimezone,
            row.IsActive,
            [.. ScheduleVariables.Of(row, secrets).Select(one => new VariableLine(one.Key, one.Value, one.File))],
            ScheduleInputs.Parse(row.Inputs).Texts
        );

    private async Task<IResult> KeepAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        UserRow user,
        PipelineScheduleRow? known,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var (inputs, problem) = InputFields.Read(form);
        var given = new Given(
            form["description"].ToString().Trim(),
            form["ref"].ToString().Trim(),
            form["cron"].ToString().Trim(),
            form["cron_timezone"].ToString().Trim(),
            form["active"] == "true",
            VariableLines.Read(form),
            inputs
        );
        if (RefField.IsAgain(form[RefField.Field]))
            return await PageAsync(view, here, known, given, null, 200, ct);
        problem ??= await TryAsync(http, here, user, known, given, ct);
        return problem is null ? new SeeOther(SchedulePages.At(here)) : await PageAsync(view, here, known, given, problem, 422, ct);
    }

    /// <returns>What is wrong.</returns>
    private async Task<string?> TryAsync(
        HttpContext http,
        ProjectContext here,
        UserRow user,
        PipelineScheduleRow? known,
        Given given,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here.Id);
        var fields = await FieldsAsync(here, user, repository, given.Ref, ct);
        var change = new ScheduleChange(
            given.Description,
            await ScheduleChange.FullRefAsync(repository, given.Ref, ct) ?? "",
            given.Cron,
            given.Zone,
            given.Active,
            Inputs(fields, given)
        );
        if (PipelineCreation.MaySetVariables(here.Settings, here.Role))
        {
            var (variables, wrong) = GivenVariables.Of(given.Variables.Select(line => (line.Key, line.Value, line.IsFile)));
            if (wrong is not null)
                return wrong;
            // Whether one is expanded is not asked here: it stays.
            var before = known is null ? [] : ScheduleVariables.Of(known, secrets);
            change = change with
            {
                Variables =
                [
                    .. variables.Select(one => one with { Public = false, Raw = before.Any(old => old.Key == one.Key && old.Raw) }),
                ],
            };
        }

        if (change.Problem is { } problem)
            return Words(problem);
        if (!await ProtectedRefs.MayRunOnAsync(db, here, user, change.ShortRef, change.IsTag, ct))
            return $"You may not start pipelines on {change.ShortRef}: it is protected.";
        var kept = known is null ? await store.CreateAsync(here.Id, user.Id, change, ct) : await store.ChangeAsync(known, change, ct);
        if (kept is null)
            return known is null ? $"A project has {ScheduleStore.Most} schedules at the most." : "It is gone: somebody has deleted it.";
        once.Put(http, ShownOnce.Note, $"“{kept.Description}” {(known is null ? "added" : "saved")}.");
        return null;
    }

    /// <summary>Only what differs from the configuration's defaults, so that these can change; in the type that is asked for.</summary>
    private static ScheduleInputs Inputs(ImmutableArray<PipelineForm.Input> fields, Given given) =>
        new([
            .. InputFields
                .Said(fields, given.Inputs)
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => KeyValuePair.Create(pair.Key, Value(fields.FirstOrDefault(field => field.Name == pair.Key), pair.Value))),
        ]);

    private static JsonNode? Value(PipelineForm.Input? field, string text)
    {
        if (field is null or { Type: "string" })
            return JsonValue.Create(text);
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException)
        {
            // The pipeline will say what is wrong with it.
            return JsonValue.Create(text);
        }
    }

    private async Task<ImmutableArray<PipelineForm.Input>> FieldsAsync(
        ProjectContext here,
        UserRow user,
        Repository repository,
        string @ref,
        CancellationToken ct
    ) =>
        repository.Exists
            ? (await compilation.FormAsync(here.Project, user, await NamedRef.FindAsync(repository, @ref, ct), ct)).Inputs
            : [];

    private static string Words(FieldError error) =>
        error.Field switch
        {
            "description" when error.Message == FieldError.Blank => "Say what it is for.",
            "ref" => "There is no such branch or tag, or both have this name.",
            "cron" => "This is no time: it needs minute, hour, day of the month, month and day of the week, such as 0 4 * * 1-5.",
            "cron_timezone" => "There is no such time zone. Europe/Berlin and UTC are some.",
            _ => $"{error}",
        };

    private async Task<PageAnswer> PageAsync(
        PageView view,
        ProjectContext here,
        PipelineScheduleRow? known,
        Given at,
        string? problem,
        int status,
        CancellationToken ct
    )
    {
        var title = known is null ? "New schedule" : known.Description;
        var (list, action) = (SchedulePages.At(here), known is null ? SchedulePages.At(here) : SchedulePages.At(here, $"{known.Id}"));
        var repository = repositories.Of(here.Id);
        var fields = await FieldsAsync(here, view.User!, repository, at.Ref, ct);
        var strays = at.Inputs.Where(pair => fields.All(field => field.Name != pair.Key)).Select(pair => (pair.Key, pair.Value)).ToList();
        var variables = PipelineCreation.MaySetVariables(here.Settings, here.Role)
            ? VariableLines.Of(at.Variables)
            : Html.Of($"<p class=\"muted\">Your role in this project may not give a pipeline variables.</p>");
        return Layout.Answer(
            new PageFrame(view, title)
            {
                Project = here,
                Part = "schedules",
                Crumbs = [new Crumb("Schedules", list), new Crumb(title, known is null ? list.Below("new") : action.Below("edit"))],
            },
            Html.Of(
                $"""
                <h1><bdi>{title}</bdi></h1>
                {Forms.Problem(problem)}
                <form method="post" action="{action}" class="fields narrowed">
                {Forms.Token(view)}
                {Forms.Text("Description", "description", at.Description, null, Forms.Required)}
                {Forms.Text("When", "cron", at.Cron, "minute, hour, day of the month, month, day of the week: 0 4 * * 1-5 is 4:00 from Monday to Friday; @daily and @weekly will do", Html.Of(
                    $" class=\"mono\" required placeholder=\"0 4 * * *\" list=\"times\""
                ))}
                <datalist id="times">{Usual}</datalist>
                {Forms.Text("Time zone", "cron_timezone", at.Zone, null, Html.Of($" required list=\"zones\""))}
                <datalist id="zones">{Zones}</datalist>
                {await RefField.OfAsync(repository, at.Ref, ct)}
                {InputFields.Of(fields, at.Inputs)}
                {Forms.Pairs("Input", "inputs", strays).When(strays.Count > 0)}
                {variables}
                {Forms.Check("Active", "active", at.Active, "it runs by itself")}
                <div class="acts"><button class="primary">{(known is null ? "Create schedule" : "Save changes")}</button>{RefField.Again}<a class="button" href="{list}">Cancel</a></div>
                </form>
                """
            ),
            status
        );
    }

    private static IEnumerable<Html> Usual { get; } =
        ((string[])["0 4 * * *", "0 4 * * 1-5", "0 4 * * 0", "0 4 1 * *", "0 4 L * *", "@hourly"])
            .Select(time => Html.Of($"<option value=\"{time}\"></option>"))
            .ToArray();

    private static IEnumerable<Html> Zones { get; } =
        ScheduleZones
            .Names.Values.Append("UTC")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(zone => Html.Of($"<option value=\"{zone}\"></option>"))
            .ToArray();
}
