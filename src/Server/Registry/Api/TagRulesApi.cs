using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Protection;

namespace Slipway.Server.Registry.Api;

/// <param name="MinimumAccessLevelForPush"><c>maintainer</c>, <c>owner</c> or <c>admin</c>; nothing, in both: such a tag is never changed.</param>
internal sealed record TagRuleJson(
    long Id,
    long ProjectId,
    string TagNamePattern,
    string? MinimumAccessLevelForPush,
    string? MinimumAccessLevelForDelete
)
{
    public static TagRuleJson From(RegistryTagRuleRow row) =>
        new(row.Id, row.ProjectId, row.Pattern, TagRule.WordOf(row.PushLevel), TagRule.WordOf(row.DeleteLevel));
}

/// <summary>Which tags take a role to push or delete, or never change. https://docs.gitlab.com/api/container_registry_protection_tag_rules/</summary>
internal static class TagRulesApi
{
    private const string Push = "minimum_access_level_for_push";
    private const string Delete = "minimum_access_level_for_delete";
    private const int Unprocessable = StatusCodes.Status422UnprocessableEntity;

    public static void MapTagRules(this IEndpointRouteBuilder v4)
    {
        const string all = "/projects/{project}/registry/protection/tag/rules";
        var admin = new Access.OnProject(Abilities.AdminProject);
        v4.MapGet(all, ListAsync).Allow(admin);
        v4.MapPost(all, CreateAsync).Allow(admin);
        v4.MapPatch(all + "/{id:long}", ChangeAsync).Allow(admin);
        v4.MapDelete(all + "/{id:long}", RemoveAsync).Allow(admin);
    }

    private static async Task<IResult> ListAsync(ProjectContext here, TagRuleStore store, CancellationToken ct) =>
        Answers.Ok((await store.ListAsync(here.Id, ct)).Select(TagRuleJson.From));

    private static async Task<IResult> CreateAsync(
        ProjectContext here,
        Actor actor,
        Parameters parameters,
        TagRuleStore store,
        CancellationToken ct
    )
    {
        if (parameters.Text("tag_name_pattern") is not { } pattern)
            return Answers.BadParameter("tag_name_pattern is missing");
        var wanted = new RegistryTagRuleRow(0, here.Id, pattern, Level(parameters, Push, null), Level(parameters, Delete, null));
        var (rule, wrong) = await store.CreateAsync(wanted, actor.Name, ct);
        return rule is null ? Refused(wrong!) : Answers.Created(TagRuleJson.From(rule));
    }

    private static async Task<IResult> ChangeAsync(
        ProjectContext here,
        long id,
        Actor actor,
        Parameters parameters,
        TagRuleStore store,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound();
        var wanted = row with
        {
            Pattern = parameters.Text("tag_name_pattern") ?? row.Pattern,
            PushLevel = Level(parameters, Push, row.PushLevel),
            DeleteLevel = Level(parameters, Delete, row.DeleteLevel),
        };
        return await store.ChangeAsync(wanted, actor.Name, ct) switch
        {
            ({ } rule, _) => Answers.Ok(TagRuleJson.From(rule)),
            (_, { } wrong) => Refused(wrong),
            _ => Answers.NotFound(),
        };
    }

    private static async Task<IResult> RemoveAsync(ProjectContext here, long id, Actor actor, TagRuleStore store, CancellationToken ct) =>
        await store.FindAsync(here.Id, id, ct) is { } row && await store.RemoveAsync(row, actor.Name, ct)
            ? Answers.NoContent
            : Answers.NotFound();

    /// <param name="before">What it is when the parameters say nothing.</param>
    private static long? Level(Parameters parameters, string name, long? before) =>
        !parameters.Has(name) ? before
        : parameters.Text(name) is not { Length: > 0 } word ? null
        : TagRule.LevelOf(word);

    private static IResult Refused(FieldError wrong) =>
        Answers.Message(Unprocessable, wrong.Field == "base" ? wrong.Message : wrong.ToString());
}
