using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>
/// A pipeline that somebody starts by hand, for a branch or a tag, with variables and inputs. <c>?ref=</c> and <c>?var[KEY]=value</c> fill it in as GitLab's do.
/// https://docs.gitlab.com/ci/pipelines/#prefill-variables-in-manual-pipelines
/// </summary>
internal static class NewPipelinePage
{
    private const int MostRefs = 500;
    private const int MostInputs = 100;

    private sealed record Given(
        string Ref,
        IReadOnlyList<(string Key, string Value)> Variables,
        IReadOnlyList<(string Key, string Value)> Inputs
    );

    public static async Task<IResult> ShowAsync(
        PageView view,
        ProjectContext here,
        Parameters p,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var given = new Given(
            p.Text("ref") is { Length: > 0 } named ? named : here.Project.DefaultBranch ?? "",
            [.. p.Map("var").Select(pair => (pair.Key, pair.Value))],
            []
        );
        return await PageAsync(view, here, given, null, repositories, 200, ct);
    }

    public static async Task<IResult> CreateAsync(
        PageView view,
        Actor actor,
        ProjectContext here,
        Parameters p,
        Repositories repositories,
        PipelineCreation creation,
        CancellationToken ct
    )
    {
        var given = new Given(p.Text("ref")?.Trim() ?? "", Pairs(p, "variables"), Pairs(p, "inputs"));
        var (variables, problem) = GivenVariables.Of(given.Variables);
        if (problem is not null)
            return await PageAsync(view, here, given, problem, repositories, 422, ct);
        if (given.Inputs.Count > MostInputs || given.Inputs.DistinctBy(pair => pair.Key).Count() != given.Inputs.Count)
            return await PageAsync(view, here, given, "Each input has one value.", repositories, 422, ct);
        var (sha, name, isTag) = await NamedRef.FindAsync(repositories.Of(here.Id), given.Ref, ct);
        if (sha is null)
            return await PageAsync(view, here, given, "There is no such branch or tag.", repositories, 422, ct);
        var order = new PipelineOrder
        {
            Project = here.Project,
            User = actor.Responsible!,
            Source = "web",
            Ref = name,
            IsTag = isTag,
            Sha = sha,
            Variables = variables,
            Inputs = given.Inputs.ToImmutableDictionary(pair => pair.Key, pair => pair.Value),
        };
        return await creation.CreateAsync(order, ct) switch
        {
            PipelineOutcome.Created created => new SeeOther(Address.To(here.Project.FullPath, "-", "pipelines", $"{created.Pipeline.Id}")),
            PipelineOutcome.Refused refused => await PageAsync(view, here, given, refused.Message, repositories, 422, ct),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private static List<(string Key, string Value)> Pairs(Parameters p, string name)
    {
        var (keys, values) = (p.Form![$"{name}[][key]"], p.Form[$"{name}[][value]"]);
        return
        [
            .. keys.Select((key, at) => (Key: key?.Trim() ?? "", Value: (at < values.Count ? values[at] : null) ?? ""))
                .Where(pair => pair.Key.Length > 0),
        ];
    }

    private static async Task<PageAnswer> PageAsync(
        PageView view,
        ProjectContext here,
        Given given,
        string? problem,
        Repositories repositories,
        int status,
        CancellationToken ct
    )
    {
        var address = Address.To(here.Project.FullPath, "-", "pipelines");
        var repository = repositories.Of(here.Id);
        var refs = repository.Exists ? await repository.RefsAsync(ct, RefNames.Heads, RefNames.Tags) : [];
        var names = refs.Select(one => RefNames.Branch(one.Name) ?? RefNames.Tag(one.Name)).OfType<string>().Distinct().Take(MostRefs);
        return Layout.Answer(
            new PageFrame(view, "Run pipeline")
            {
                Project = here,
                Part = "pipelines",
                Crumbs = [new Crumb("Pipelines", address), new Crumb("Run", address.Below("new"))],
            },
            Html.Of(
                $"""
                <h1>Run pipeline</h1>
                {Forms.Problem(problem)}
                <form method="post" action="{address}" class="fields narrowed">
                {Forms.Token(view)}
                <label>Branch or tag<input name="ref" value="{given.Ref}" list="refs" class="mono" autocomplete="off" maxlength="255" required></label>
                <datalist id="refs">{names.Select(name => Html.Of($"<option value=\"{name}\"></option>"))}</datalist>
                {Forms.Pairs("Variable", "variables", given.Variables)}
                <p class="muted">They count more than those of the file, the project and its groups. Rules see them.</p>
                {Forms.Pairs("Input", "inputs", given.Inputs)}
                <p class="muted">For what <code>spec:inputs</code> of the configuration declares.</p>
                <div class="acts"><button class="primary">Run pipeline</button><a class="button" href="{address}">Cancel</a></div>
                </form>
                """
            ),
            status
        );
    }
}
