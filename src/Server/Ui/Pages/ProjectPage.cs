using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A project's first page: where to clone it from, its files and its README; while it is empty, what to push.</summary>
internal static class ProjectPage
{
    private const int LargestReadme = 256 * 1024;
    private static readonly string[] Readmes = ["readme.md", "readme.markdown", "readme", "readme.txt", "readme.rst"];

    public static void MapProject(this IEndpointRouteBuilder project) =>
        project.MapPage("", ShowAsync, new Access.OnProject(Abilities.ReadProject));

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        Repositories repositories,
        Db db,
        CancellationToken ct
    )
    {
        var project = here.Project;
        var head = Html.Of(
            $"<div class=\"head\"><h1><bdi>{project.Name}</bdi></h1><span class=\"badge\">{project.Visibility}</span></div>{Html.Of($"<p>{project.Description}</p>").When(project.Description.Length > 0)}"
        );
        var frame = new PageFrame(view, project.Name) { Project = here, Part = "tree" };
        if (ProjectAccess.Decide(http.Actor(), here, Abilities.ReadCode, Scopes.Api, true, true) is not Verdict.Allowed)
            return Layout.Answer(
                frame,
                Html.Of($"{head}<p class=\"note quiet\">Its files are for members with the role of reporter and above.</p>")
            );
        var repository = repositories.Of(project.Id);
        var branch = project.DefaultBranch;
        if (branch is null || !repository.Exists || await repository.ResolveAsync(RefNames.Heads + branch, ct) is not { } commit)
            return Layout.Answer(frame, Html.Of($"{head}{Empty(view, project)}"));
        var files = await Task.Run(() => Files(repository, project, branch, commit), ct);
        return Layout.Answer(
            frame,
            Html.Of($"{head}{Clone(view, project)}{await CommitBar.OfAsync(view, project, repository, branch, commit, db, ct)}{files}")
        );
    }

    private static Html Files(Repository repository, ProjectRow project, string branch, string commit)
    {
        using var tree = new CommitTree(repository, commit);
        var entries = tree.Folder("")?.Values.ToList() ?? [];
        return Html.Of($"{FileList.Of(project.FullPath, branch, "", entries)}{Readme(tree, entries, project, branch)}");
    }

    private static Html Readme(CommitTree tree, List<TreeEntry> entries, ProjectRow project, string branch)
    {
        var readme = entries
            .Where(entry => entry.IsPlain && Readmes.Contains(entry.Name.ToLowerInvariant()))
            .MinBy(entry => Array.IndexOf(Readmes, entry.Name.ToLowerInvariant()));
        if (readme is null || tree.Objects.Read(readme.Id, LargestReadme) is not (_, var bytes))
            return Html.Nothing;
        var text = ProjectTree.TextOf(bytes);
        var isMarkdown =
            readme.Name.EndsWith(".md", StringComparison.OrdinalIgnoreCase)
            || readme.Name.EndsWith(".markdown", StringComparison.OrdinalIgnoreCase);
        var body = isMarkdown
            ? MarkdownText.Of(text, path => Address.To(project.FullPath, "-", "blob", branch, path.StartsWith("./") ? path[2..] : path))
            : Html.Of($"<pre>{text}</pre>");
        return Html.Of(
            $"<section class=\"card\"><header><strong>{readme.Name}</strong></header><div class=\"inside text\">{body}</div></section>"
        );
    }

    private static Html Clone(PageView view, ProjectRow project) =>
        Commands.Of($"git clone {view.Url.Of($"/{project.FullPath}.git")}", "the clone command");

    private static Html Empty(PageView view, ProjectRow project)
    {
        var address = view.Url.Of($"/{project.FullPath}.git");
        return Lists.Empty(
            "Nothing has been pushed yet",
            Html.Of(
                $""""
                <p>Push a repository that is there. Your password or an <a href="{Address.To(
                    "-",
                    "user_settings",
                    "personal_access_tokens"
                )}">access token</a> lets you in.</p>
                {Commands.Of($"git remote add slipway {address}\ngit push slipway HEAD", "the push commands")}
                <p>Or begin a new one, with a pipeline that says hello:</p>
                {Commands.Of(
                    $"""
                    git clone {address}
                    cd {project.Path}
                    printf 'hello:\n  script: echo hello\n' > .gitlab-ci.yml
                    git add . && git commit -m 'Say hello' && git push -u origin HEAD
                    """,
                    "the commands of a first pipeline"
                )}
                """"
            )
        );
    }
}
