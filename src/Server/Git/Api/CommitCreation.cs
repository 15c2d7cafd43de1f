using System.Text;
using System.Text.Json;
using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Git.Push;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <param name="Action"><c>create</c>, <c>update</c>, <c>delete</c>, <c>move</c> or <c>chmod</c>.</param>
internal sealed record FileAction(string Action, string Path)
{
    /// <summary>Where a file that is moved comes from.</summary>
    public string? Previous { get; init; }

    public string? Content { get; init; }
    public bool IsBase64 { get; init; }

    /// <summary>The commit that the client has seen change the file last. When another has meanwhile, it is not overwritten.</summary>
    public string? LastCommit { get; init; }

    public bool? Executable { get; init; }
}

/// <summary>A commit that somebody asks for.</summary>
internal sealed record CommitOrder(string Branch, string Message, IReadOnlyList<FileAction> Actions)
{
    /// <summary>Where the branch begins when it is not there.</summary>
    public string? StartBranch { get; init; }
    public string? StartSha { get; init; }
    public string? AuthorName { get; init; }
    public string? AuthorEmail { get; init; }

    /// <summary>Puts the branch there although it is somewhere else.</summary>
    public bool Force { get; init; }

    /// <summary>The webhook's event that made him ask.</summary>
    public HookLink? HookLink { get; init; }

    public static CommitOrder Of(Parameters parameters, IReadOnlyList<FileAction> actions) =>
        new(parameters.Text("branch") ?? "", parameters.Text("commit_message") ?? "", actions)
        {
            StartBranch = parameters.Text("start_branch"),
            StartSha = parameters.Text("start_sha"),
            AuthorName = parameters.Text("author_name"),
            AuthorEmail = parameters.Text("author_email"),
            Force = parameters.Flag("force") == true,
        };

    /// <summary>The <c>actions</c> of a JSON body.</summary>
    public static IReadOnlyList<FileAction> ActionsOf(JsonElement? body)
    {
        if (body is not { } json || !json.TryGetProperty("actions", out var list) || list.ValueKind != JsonValueKind.Array)
            return [];
        return
        [
            .. list.EnumerateArray()
                .Where(one => one.ValueKind == JsonValueKind.Object)
                .Select(one => new FileAction(Text(one, "action") ?? "", Text(one, "file_path") ?? "")
                {
                    Previous = Text(one, "previous_path"),
                    Content = Text(one, "content"),
                    IsBase64 = Text(one, "encoding") == "base64",
                    LastCommit = Text(one, "last_commit_id"),
                    Executable = one.TryGetProperty("execute_filemode", out var mode) ? mode.ValueKind == JsonValueKind.True : null,
                }),
        ];
    }

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Makes commits out of a tree's objects: nothing is ever checked out, so no link and no path leads out of the repository.</summary>
internal sealed class CommitCreation(Repositories repositories, WebPush push)
{
    private const string Plain = "100644";
    private const string Executable = "100755";

    /// <returns>The commit's id; or what is wrong, as GitLab says it.</returns>
    public async Task<(string? Sha, string? Error)> CreateAsync(
        ProjectContext project,
        UserRow user,
        CommitOrder order,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(project);
        var there = RefNames.IsValidShort(order.Branch) ? (await repository.RefAsync(RefNames.Heads + order.Branch, ct))?.Commit : null;
        var (parent, wrong) = await ParentAsync(repository, order, there, ct);
        if (wrong is not null)
            return (null, wrong);
        using var objects = new ObjectReader(repository);
        var edit = new TreeEdit(objects, parent is null ? null : objects.Info(parent + "^{tree}")?.Id);
        var pack = new PackWriter();
        foreach (var action in order.Actions)
            if (await ApplyAsync(edit, pack, objects, repository, parent, action, ct) is { } error)
                return (null, error);
        var author = push.Sign(user, order.AuthorName, order.AuthorEmail);
        var text = new StringBuilder($"tree {edit.Write(pack)}\n");
        if (parent is not null)
            text.Append($"parent {parent}\n");
        text.Append($"author {author}\ncommitter {push.Sign(user)}\n\n{order.Message.Replace("\0", "")}");
        var sha = pack.AddCommit(text.ToString());
        var update = new RefUpdate(RefNames.Heads + order.Branch, there ?? CommitFacts.ZeroSha, sha);
        return await push.MoveAsync(new Pusher(project, user) { HookLink = order.HookLink }, update, ct, pack) is { } refused
            ? (null, refused)
            : (sha, null);
    }

    private static async Task<(string? Parent, string? Error)> ParentAsync(
        Repository repository,
        CommitOrder order,
        string? there,
        CancellationToken ct
    )
    {
        if (!RefNames.IsValidShort(order.Branch))
            return (null, "Branch name is invalid");
        var start = order.StartSha ?? order.StartBranch;
        if (there is not null)
            return start is null ? (there, null)
                : order.StartBranch == order.Branch ? (there, null)
                : order.Force ? (await repository.ResolveAsync(start, ct), null)
                : (null, $"A branch called '{order.Branch}' already exists. Switch to that branch in order to make changes");
        if (start is not null)
            return await repository.ResolveAsync(start, ct) is { } sha ? (sha, null) : (null, $"Cannot find start_branch '{start}'");
        return (await repository.RefsAsync(ct, RefNames.Heads)).Count == 0
            ? (null, null)
            : (null, "You can only create or edit files when you are on a branch");
    }

    private static async Task<string?> ApplyAsync(
        TreeEdit edit,
        PackWriter pack,
        ObjectReader objects,
        Repository repository,
        string? parent,
        FileAction action,
        CancellationToken ct
    )
    {
        if (!IsPath(action.Path) || (action.Previous is { } previous && !IsPath(previous)))
            return "Invalid path";
        var from = action.Action == "move" ? action.Previous ?? "" : action.Path;
        var there = edit.Find(from);
        if (action.LastCommit is { } seen && parent is not null && there is not null)
        {
            var last = await repository.LogAsync([parent], ["-1"], from, ct);
            if (last.Count > 0 && last[0].Sha != seen)
                return "You are attempting to update a file that has changed since you started editing it.";
        }

        var taken = edit.Find(action.Path);
        if (action.Action == "create" || (action.Action == "move" && from != action.Path))
            if (taken is not null)
                return taken.IsFolder ? "A directory with this name already exists" : "A file with this name already exists";
        if (action.Action != "create" && there is not { Type: "blob" })
            return "A file with this name doesn't exist";
        return Put(edit, pack, action, there, from, objects);
    }

    private static string? Put(TreeEdit edit, PackWriter pack, FileAction action, TreeEntry? there, string from, ObjectReader objects)
    {
        if (action.Action is not ("create" or "update" or "delete" or "move" or "chmod"))
            return "Unknown action";
        if (action.Action is "delete" or "move")
            edit.Remove(from);
        if (action.Action == "delete")
            return null;
        var id = there?.Id;
        if (action.Action != "chmod" && (action.Content is not null || action.Action != "move"))
        {
            if (Bytes(action) is not { } content)
                return "content is not valid base64";
            id = pack.AddBlob(content);
        }

        var mode = action.Executable switch
        {
            true => Executable,
            false => Plain,
            // What was a link becomes a file: its new bytes are no place to lead to.
            null => there is { IsPlain: true } ? there.Mode : Plain,
        };
        return edit.Put(action.Path, mode, id ?? objects.Info(from)?.Id ?? "") ? null : "A file with this name already exists";
    }

    private static byte[]? Bytes(FileAction action)
    {
        if (!action.IsBase64)
            return Encoding.UTF8.GetBytes(action.Content ?? "");
        var bytes = new byte[(action.Content?.Length ?? 0) + 3];
        return Convert.TryFromBase64String(action.Content ?? "", bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>What Git would not take, fsck refuses; this is what would mean another path.</summary>
    private static bool IsPath(string path) =>
        path.Length is > 0 and < 4096 && !path.Contains('\0') && path.Split('/').All(part => part is not ("" or "." or ".." or ".git"));
}
