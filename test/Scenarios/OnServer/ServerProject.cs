using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Compiler;

namespace Slipway.Scenarios.OnServer;

/// <summary>A scenario's project on the server, with a runner of its own. What a step says of it is set up over the API and by pushes, as its users would.</summary>
internal sealed partial class ServerProject : IAsyncDisposable
{
    private static int s_count;

    private readonly ScenarioServer _server;
    private readonly ScenarioFolder _folder;
    private readonly ProjectGit _git;
    private readonly int _number = Interlocked.Increment(ref s_count);
    private readonly HashSet<string> _groups = [];
    private readonly HashSet<string> _variables = [];
    private readonly bool _namesPaths;
    private readonly bool _looksAtDiff;
    private bool _hasDefaultBranch;
    private string _sha = "";
    private ProjectRunner? _runner;

    private ServerProject(ScenarioServer server, ScenarioFolder folder, string text)
    {
        (_server, _folder) = (server, folder);
        _git = new ProjectGit(Path.Combine(folder.StateDir, "git"), folder.Root);
        _namesPaths = NamesPaths().IsMatch(text);
        _looksAtDiff = text.Contains("changes");
    }

    public long Id { get; private set; }
    public Api Api => _server.Api;

    private string Group => _namesPaths ? "group" : $"group-{_number}";

    /// <summary>Makes the project and its runner.</summary>
    /// <param name="name">The scenario's path.</param>
    public static async Task<ServerProject> CreateAsync(string name, ScenarioFolder folder, Scenario scenario)
    {
        var server = ScenarioServer.Current ?? throw new InvalidOperationException("The server does not run");
        var files = Directory.EnumerateFiles(Cases.PathOf(name), "*", SearchOption.AllDirectories).Select(File.ReadAllText);
        var project = new ServerProject(server, folder, string.Concat(files));
        if (project._namesPaths)
            await server.Paths.WaitAsync();
        try
        {
            Directory.CreateDirectory(folder.StateDir);
            await project._git.RunAsync("init", "-q", "-b", "scenario");
            project.Id = await project.AddAsync($"{project.Group}/app");
            project._runner = await ProjectRunner.CreateAsync(server, project.Id, folder.StateDir);
            return project;
        }
        catch
        {
            await project.DisposeAsync();
            throw;
        }
    }

    public async Task<Outcome> PlayAsync(Step step)
    {
        var run = step.Run;
        _folder.Write(run);
        await SetUpAsync(run);
        await using var asking = _runner!.Ask(run.Parallel);
        var pipeline = await PushAsync(run);
        return await new ServerRun(_server, this, _runner, step).ToEndAsync(pipeline, $"{run.Tag ?? RefOf(run)}");
    }

    /// <summary>What the folder expects, with what only the local run can know beforehand put right: the commit's id, the server's name.</summary>
    public Expectation Expected(Expectation expected)
    {
        return expected with
        {
            Errors = [.. expected.Errors.Select(error => error with { Message = Here(error.Message) })],
            Jobs = expected.Jobs.ToDictionary(pair => pair.Key, pair => pair.Value with { Log = [.. pair.Value.Log.Select(Here)] }),
            Status = expected.Errors.Count > 0 ? null : expected.Status,
        };

        string Here(string text) =>
            text.Replace("0123456789abcdef0123456789abcdef01234567", _sha)
                .Replace("01234567", _sha.Length > 0 ? _sha[..8] : "")
                .Replace("'localhost/", $"'{_server.Address.Authority}/");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Others want these paths; what was made stays, elsewhere.
            if (_namesPaths)
                foreach (var group in _groups)
                    await Api.PutAsync($"groups/{group}", new { path = $"{group}-{_number}" });
        }
        finally
        {
            if (_namesPaths)
                _server.Paths.Release();
        }
    }

    /// <summary>Makes a project, and its group when that is not there.</summary>
    private async Task<long> AddAsync(string path)
    {
        var (group, name) = (path.Split('/')[0], path.Split('/')[1]);
        if (_groups.Add(group))
            await Api.PostAsync("groups", new { name = group, path = group });
        var space = await Api.GetAsync($"groups/{group}");
        var made = await Api.PostAsync(
            "projects",
            new
            {
                name,
                path = name,
                namespace_id = (long)space["id"]!,
            }
        );
        return (long)made["id"]!;
    }

    private async Task SetUpAsync(RunSpec run)
    {
        if (_namesPaths)
            _server.Web.Pages = run.Web;
        if (run.File != ".gitlab-ci.yml")
            await Api.PutAsync($"projects/{Id}", new { ci_config_path = run.File });
        foreach (var (key, variable) in run.ProjectVariables)
        {
            var body = new
            {
                key,
                value = variable.Value,
                masked = variable.Masked,
                raw = variable.Raw,
                variable_type = variable.File ? "file" : "env_var",
                environment_scope = variable.Scope,
            };
            if (_variables.Add(key))
                await Api.PostAsync($"projects/{Id}/variables", body);
            else
                await Api.PutAsync($"projects/{Id}/variables/{key}", body);
        }

        foreach (var (path, refs) in run.Projects)
            await AddOtherAsync(path, refs);
    }

    /// <summary>Another project: versions are tags, all else are branches, the first the default one.</summary>
    private async Task AddOtherAsync(string path, Dictionary<string, Dictionary<string, string>> refs)
    {
        await AddAsync(path);
        var files = Directory.CreateDirectory(Path.Combine(_folder.StateDir, "other-" + Guid.NewGuid().ToString("N"))).FullName;
        var git = new ProjectGit(files + ".git", files);
        await git.RunAsync("init", "-q", "-b", "scenario");
        List<string> pushed = [];
        foreach (var (name, texts) in refs)
        {
            foreach (var old in Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories))
                File.Delete(old);
            foreach (var (file, text) in texts)
            {
                var full = Path.Combine(files, file);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                await File.WriteAllTextAsync(full, text);
            }

            var commit = await git.CommitAsync(name);
            if (pushed.Count == 0)
                await git.RunAsync("push", "-q", "-o", "ci.skip", Url(path), $"{commit}:refs/heads/{(IsVersion(name) ? "main" : name)}");
            pushed.Add(IsVersion(name) ? $"{commit}:refs/tags/{name}" : $"{commit}:refs/heads/{name}");
        }

        await git.RunAsync(["push", "-q", "-o", "ci.skip", Url(path), .. pushed]);
    }

    private static bool IsVersion(string name) => char.IsAsciiDigit(name.TrimStart('v') is [var first, ..] ? first : 'x');

    private string Url(string path) => $"http://ada:{Api.Token}@{_server.Address.Authority}/{path}.git";

    /// <summary>A ref that differs from the default branch has to be another.</summary>
    private static string RefOf(RunSpec run) => run.ChangedSince.Count > 0 && run.Ref == run.DefaultBranch ? "topic" : run.Ref;

    /// <summary>Pushes what the step wants a pipeline for, and all that must have been there before.</summary>
    /// <returns>The pipeline's id; nothing when none came of it.</returns>
    private async Task<long?> PushAsync(RunSpec run)
    {
        var (branch, url) = (RefOf(run), Url($"{Group}/app"));
        var target = run.Tag is { } tag ? $"refs/tags/{tag}" : $"refs/heads/{branch}";
        // Without a diff means: to a branch that is new.
        var isFirst =
            !_hasDefaultBranch && target == $"refs/heads/{run.DefaultBranch}" && run.Changed is null && (run.Protected || _looksAtDiff);
        if (!isFirst)
            await PrepareAsync(run, target, url);
        _hasDefaultBranch = true;
        _sha = await _git.CommitAsync(run.Message);
        List<string> options = [];
        foreach (var (key, value) in run.Variables)
            options.AddRange(["-o", $"ci.variable={key}={value}"]);
        foreach (var (key, value) in run.Inputs)
            options.AddRange(["-o", $"ci.input={key}={value}"]);
        await _git.RunAsync(["push", "-q", "--force", .. options, url, $"{_sha}:{target}"]);
        await _server.WorkedOffAsync();
        var found = await Api.ListAsync($"projects/{Id}/pipelines?sha={_sha}&ref={Uri.EscapeDataString(run.Tag ?? branch)}");
        return found.Count == 0 ? null : (long)found[0]["id"]!;
    }

    /// <summary>The default branch, protected or not as the step says, and what the step's diff is against.</summary>
    private async Task PrepareAsync(RunSpec run, string target, string url)
    {
        var main = $"refs/heads/{run.DefaultBranch}";
        if (!_hasDefaultBranch || run.Changed is not null)
        {
            var changed = run.ChangedSince.Values.SelectMany(paths => paths).Union(run.Changed ?? []).ToList();
            var first = run.Changed is null ? await EmptyAsync() : await CommitBeforeAsync(changed);
            await _git.RunAsync("push", "-q", "--force", "-o", "ci.skip", url, $"{first}:{main}");
            if (!run.Protected && !_hasDefaultBranch)
                await Api.DeleteAsync($"projects/{Id}/protected_branches/{run.DefaultBranch}");
            if (run.Changed is not null && target != main)
            {
                var second = await CommitBeforeAsync(run.Changed);
                await _git.RunAsync("push", "-q", "--force", "-o", "ci.skip", url, $"{second}:{target}");
            }
        }

        if (run.Protected && (target != main || _hasDefaultBranch))
            await Api.PostAsync($"projects/{Id}/protected_{(run.Tag is null ? "branches" : "tags")}", new { name = run.Tag ?? run.Ref });
    }

    private async Task<string> EmptyAsync()
    {
        await _git.RunAsync("commit", "-q", "--no-gpg-sign", "--allow-empty", "-m", "Nothing yet");
        return (await _git.RunAsync("rev-parse", "HEAD")).Trim();
    }

    /// <summary>Commits the project as it was before some paths changed: other text where they are there, some text where they are not.</summary>
    private async Task<string> CommitBeforeAsync(IReadOnlyList<string> changed)
    {
        var now = changed.ToDictionary(path => Path.Combine(_folder.Root, path), path => Now(Path.Combine(_folder.Root, path)));
        foreach (var (path, text) in now)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, $"before {text}");
        }

        var commit = await _git.CommitAsync("Before");
        foreach (var (path, text) in now)
            if (text is null)
                File.Delete(path);
            else
                await File.WriteAllTextAsync(path, text);
        return commit;

        static string? Now(string path) => File.Exists(path) ? File.ReadAllText(path) : null;
    }

    /// <summary>Whose texts name projects by their paths, or pages of the web.</summary>
    [GeneratedRegex(@"\bgroup/|\btools/|\bgroup-app\b|https?://")]
    private static partial Regex NamesPaths();
}
