using System.Collections.Immutable;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Project.Includes;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Cli.Project;

/// <summary>
/// Works out which project a folder belongs to and what its pipeline would be created for. The project's top is the folder itself when the
/// configuration lies in it (a project inside a larger repository), else the working tree's top; without Git the folder itself.
/// </summary>
internal static class ProjectReader
{
    public const string DefaultFile = ".gitlab-ci.yml";

    /// <exception cref="CommandException">The folder or a file named in the options is not there, or an option makes no sense.</exception>
    public static LocalProject Read(ProjectOptions options, Surroundings surroundings)
    {
        if (!System.IO.Directory.Exists(options.Directory))
            throw new CommandException(ExitCode.NotFound, $"there is no folder {options.Directory}");
        var git = GitFacts.Read(options.Directory);
        var root = git is null || File.Exists(Path.Combine(options.Directory, options.File ?? DefaultFile)) ? options.Directory : git.Top;
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        var tree = new WorkingTree(root, git);
        var files = tree.ToProjectTree();
        var context = Context(root, git, options, surroundings);
        var notes = new IncludeNotes(surroundings.Time, surroundings.ErrorIsTerminal, IncludeNotes.ToError(surroundings));
        var includes = new LocalIncludes(options, new OwnProject(root, git, files, context), git, root, notes, surroundings);
        return new LocalProject
        {
            Root = root,
            ConfigFile = ConfigFile(root, options),
            Context = context with { External = includes.ToExternalFiles() },
            Tree = files,
            TellNotes = notes.SendTo,
            Sources = ct => Task.Run(tree.ToSourceTree, ct),
            StateDir = Path.Combine(root, ".slipway"),
        };
    }

    private static string ConfigFile(string root, ProjectOptions options)
    {
        if (options.File is null)
            return DefaultFile;
        var here = Path.GetFullPath(options.File, options.Directory);
        var path = File.Exists(here) ? here : Path.GetFullPath(options.File, root);
        return Path.GetRelativePath(root, path).Replace('\\', '/');
    }

    private static PipelineContext Context(string root, GitFacts? git, ProjectOptions options, Surroundings surroundings)
    {
        var remote = RemoteUrl.Parse(git?.RemoteUrl);
        var branch =
            options.Ref ?? git?.Branch ?? (git is { BranchesAtHead: [var first, ..] } ? first : null) ?? git?.DefaultBranch ?? "main";
        var defaultBranch = git?.DefaultBranch ?? branch;
        var isMergeRequest = options.Source == "merge_request_event";
        if (isMergeRequest && options.Tag is not null)
            throw new CommandException(ExitCode.Usage, "a merge request has no tag", "leave --tag out, or choose another --source");
        var isProtected = options.Tag is null && branch == defaultBranch;
        ImmutableArray<ScopedVariable> ofProject =
        [
            .. options.VariablesFiles.SelectMany(file => VariablesFile.Read(Path.GetFullPath(file, options.Directory), isProtected)),
        ];
        ImmutableArray<Variable> ofPipeline = [.. options.Variables.Select(text => VariablesFile.FromOption(text, "--variable"))];
        return new PipelineContext
        {
            Source = options.Source,
            RefKind =
                options.Tag is not null ? RefKind.Tag
                : isMergeRequest ? RefKind.MergeRequest
                : RefKind.Branch,
            Ref = options.Tag ?? branch,
            RefProtected = isProtected,
            Commit = Commit(root, git, options),
            Project = ProjectOf(root, remote, options, defaultBranch) with
            {
                Registry = ofPipeline.AddRange(ofProject.Select(scoped => scoped.Variable)).Any(given => RegistryUse.IsGiven(given.Key))
                    ? null
                    : RegistryUse.Name,
                DependencyProxy = RegistryUse.Name,
                DependencyProxyPrefix = RegistryUse.Hub,
            },
            Server = remote is null ? new ServerFacts() : new ServerFacts { Url = remote.Server },
            User = User(git, surroundings),
            MergeRequest = isMergeRequest ? MergeRequest(root, git, branch, options.Target ?? defaultBranch) : null,
            CreatedAt = surroundings.Time.GetUtcNow(),
            ProjectVariables = ofProject,
            PipelineVariables = ofPipeline,
            Inputs = Inputs(options.Inputs),
            ChangedPaths = ChangedPaths(root, git, options, defaultBranch),
        };
    }

    private static CommitFacts Commit(string root, GitFacts? git, ProjectOptions options)
    {
        if (git?.Head is not { } head)
            return new CommitFacts();
        var isPlainPush = options is { Source: "push", Tag: null, Ref: null };
        return head.ToFacts(isPlainPush ? Changes.Before(root, git) : null);
    }

    private static ProjectFacts ProjectOf(string root, RemoteUrl? remote, ProjectOptions options, string defaultBranch)
    {
        var path = remote?.Path ?? "local/" + FolderName(root);
        var name = path[(path.LastIndexOf('/') + 1)..];
        return new ProjectFacts
        {
            Name = name,
            Path = path,
            Title = name,
            DefaultBranch = defaultBranch,
            ConfigPath = ConfigFile(root, options),
        };
    }

    /// <summary>The folder's name with what a project's path may not hold written as <c>-</c>.</summary>
    private static string FolderName(string root)
    {
        var name = string.Concat(Path.GetFileName(root).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '-'))
            .TrimStart('-', '.');
        return RemoteUrl.IsName(name) ? name : "project";
    }

    private static UserFacts User(GitFacts? git, Surroundings surroundings)
    {
        var login = surroundings.Variable("USER") ?? surroundings.Variable("LOGNAME") ?? "local";
        return new UserFacts
        {
            Login = login,
            Name = git?.UserName ?? login,
            Email = git?.UserEmail ?? $"{login}@localhost",
        };
    }

    private static MergeRequestFacts MergeRequest(string root, GitFacts? git, string branch, string target) =>
        new()
        {
            Title = git?.Head?.Message.Split('\n')[0] ?? branch,
            SourceBranch = branch,
            TargetBranch = target,
            DiffBaseSha = (git?.Head is null ? null : Changes.MergeBase(root, target)) ?? CommitFacts.ZeroSha,
        };

    private static ImmutableDictionary<string, string> Inputs(ImmutableArray<string> given)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var text in given)
        {
            var equals = text.IndexOf('=');
            if (equals <= 0)
                throw new CommandException(ExitCode.Usage, $"--input wants KEY=VALUE, and \"{text}\" is not that");
            inputs[text[..equals]] = text[(equals + 1)..];
        }

        return inputs.ToImmutable();
    }

    private static Func<string?, IReadOnlyList<string>?> ChangedPaths(
        string root,
        GitFacts? git,
        ProjectOptions options,
        string defaultBranch
    )
    {
        if (git is null)
            return _ => null;
        var changes = new Changes(root, git);
        return compareTo =>
            (compareTo, options) switch
            {
                (not null, _) => changes.Since(compareTo),
                (_, { Tag: not null }) => null,
                (_, { Source: "merge_request_event" }) => changes.OfMergeRequest(options.Target ?? defaultBranch),
                (_, { Source: "push" }) => changes.OfPush(),
                _ => null,
            };
    }
}
