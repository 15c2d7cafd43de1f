using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Slipway.Compiler;
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
/// A pipeline that somebody starts by hand, for a branch or a tag, with the variables and inputs that its configuration describes, and any others.
/// <c>?ref=</c> and <c>?var[KEY]=value</c> fill it in as GitLab's do. https://docs.gitlab.com/ci/pipelines/#prefill-variables-in-manual-pipelines
/// </summary>
internal sealed class NewPipelinePage(Repositories repositories, PipelineCompilation compilation, PipelineCreation creation)
{
    private sealed record Given(string Ref, IReadOnlyList<VariableLine> Variables, ImmutableDictionary<string, string> Inputs);

    public static async Task<IResult> ShowAsync(
        PageView view,
        ProjectContext here,
        Parameters p,
        NewPipelinePage page,
        CancellationToken ct
    )
    {
        var given = new Given(
            p.Text("ref") is { Length: > 0 } named ? named : here.Project.DefaultBranch ?? "",
            [
                .. p.Map("var").Select(pair => new VariableLine(pair.Key, pair.Value)),
                .. p.Map("file_var").Select(pair => new VariableLine(pair.Key, pair.Value, IsFile: true)),
            ],
            ImmutableDictionary<string, string>.Empty
        );
        return await page.FormAsync(view, here, given, null, 200, ct);
    }

    public static async Task<IResult> CreateAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        NewPipelinePage page,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var (inputs, problem) = InputFields.Read(form);
        var given = new Given(form["ref"].ToString().Trim(), VariableLines.Read(form), inputs);
        if (RefField.IsAgain(form[RefField.Field]))
            return await page.FormAsync(view, here, given, null, 200, ct);
        if (problem is not null)
            return await page.FormAsync(view, here, given, problem, 422, ct);
        return await page.RunAsync(here, actor.Responsible!, given, ct) switch
        {
            PipelineOutcome.Created created => new SeeOther(Address.To(here.Project.FullPath, "-", "pipelines", $"{created.Pipeline.Id}")),
            PipelineOutcome.Refused refused => await page.FormAsync(view, here, given, refused.Message, 422, ct),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private async Task<PipelineOutcome> RunAsync(ProjectContext here, UserRow user, Given given, CancellationToken ct)
    {
        var named = await NamedRef.FindAsync(repositories.Of(here.Id), given.Ref, ct);
        if (named.Sha is null)
            return new PipelineOutcome.Refused("There is no such branch or tag.");
        var (variables, problem) = GivenVariables.Of(given.Variables.Select(line => (line.Key, line.Value, line.IsFile)));
        if (problem is not null)
            return new PipelineOutcome.Refused(problem);
        var asked = await compilation.FormAsync(here.Project, user, named, ct);
        foreach (var field in asked.Variables)
            if (given.Variables.FirstOrDefault(line => line.Key == field.Key) is { } line && !Fits(field, line))
                return new PipelineOutcome.Refused($"{field.Key} is one of {string.Join(", ", field.Options)}.");
        return await creation.CreateAsync(
            new PipelineOrder
            {
                Project = here.Project,
                User = user,
                Source = "web",
                Ref = named.Name,
                IsTag = named.IsTag,
                Sha = named.Sha,
                Variables = variables,
                Inputs = InputFields.Said(asked.Inputs, given.Inputs),
                KeepsMistakes = false,
            },
            ct
        );
    }

    private static bool Fits(PipelineForm.Variable field, VariableLine line) => field.Options.IsEmpty || field.Options.Contains(line.Value);

    private async Task<PageAnswer> FormAsync(
        PageView view,
        ProjectContext here,
        Given given,
        string? problem,
        int status,
        CancellationToken ct
    )
    {
        var address = Address.To(here.Project.FullPath, "-", "pipelines");
        var repository = repositories.Of(here.Id);
        var named = repository.Exists ? await NamedRef.FindAsync(repository, given.Ref, ct) : null;
        var asked = named is null ? PipelineForm.Nothing : await compilation.FormAsync(here.Project, view.User!, named, ct);
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
                {await RefField.OfAsync(repository, given.Ref, ct)}
                {InputFields.Of(asked.Inputs, given.Inputs)}
                {Variables(here, asked.Variables, given.Variables)}
                <div class="acts"><button class="primary">Run pipeline</button>{RefField.Again}<a class="button" href="{address}">Cancel</a></div>
                </form>
                """
            ),
            status
        );
    }

    /// <summary>First those that the configuration describes, then room for others.</summary>
    private static Html Variables(ProjectContext here, ImmutableArray<PipelineForm.Variable> fields, IReadOnlyList<VariableLine> given)
    {
        if (!PipelineCreation.MaySetVariables(here.Settings, here.Role))
            return Html.Of($"<p class=\"muted\">Your role in this project may not give a pipeline variables.</p>");
        var named = fields.Select(field =>
            VariableLines.Named(
                given.FirstOrDefault(line => line.Key == field.Key) ?? new VariableLine(field.Key, field.Value),
                field.Description,
                field.Options
            )
        );
        var others = given.Where(line => fields.All(field => field.Key != line.Key));
        return Html.Of(
            $"""
            {VariableLines.Of(others, named)}
            <p class="muted">They count more than those of the file, the project and its groups. Rules see them.</p>
            """
        );
    }
}
