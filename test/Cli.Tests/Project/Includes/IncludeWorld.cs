using Slipway.Cli.Tests.Support;

namespace Slipway.Cli.Tests.Project.Includes;

/// <summary>A checkout of group/app, other projects' repositories beside its remote, and a cache of its own.</summary>
internal sealed class IncludeWorld : IDisposable
{
    public const string Head = "build: {script: main}\n";

    private readonly TemporaryFolder _top = new();

    public IncludeWorld(string config, string? remote = null)
    {
        App = TemporaryFolder.Repository((".gitlab-ci.yml", config), ("own.yml", "own: {script: committed}\n"));
        App.Git("remote", "add", "origin", remote ?? Path.Combine(Remotes, "group/app.git"));
        Add(
            "group/templates",
            ("build.yml", Head),
            ("nested.yml", "include: /deep/d.yml\nn: {script: n}\n"),
            ("deep/d.yml", "d: {script: d}\n")
        );
    }

    public TemporaryFolder App { get; }
    public string Top => _top.Path;
    public string Remotes => Path.Combine(Top, "remotes");
    public string Cache => Path.Combine(Top, "cache");
    public string Templates => Path.Combine(Remotes, "group/templates.git");

    /// <summary>A repository with one commit on main.</summary>
    public string Add(string project, params (string Path, string Text)[] files)
    {
        var folder = Path.Combine(Remotes, project + ".git");
        Directory.CreateDirectory(folder);
        Git(folder, "init", "--quiet", "-b", "main");
        Commit(project, files);
        return folder;
    }

    /// <returns>The commit's SHA.</returns>
    public string Commit(string project, params (string Path, string Text)[] files)
    {
        var folder = Path.Combine(Remotes, project + ".git");
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllText(Path.Combine(folder, path), text);
        }

        Git(folder, "add", "--all");
        Git(folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "A change");
        return Git(folder, "rev-parse", "HEAD");
    }

    public string Tag(string project, string name) => Git(Path.Combine(Remotes, project + ".git"), "tag", name);

    public string Git(string folder, params string[] arguments)
    {
        var (exit, output) = SlipwayProcess.Shell("git", ["-C", folder, .. arguments]);
        return exit == 0 ? output.Trim() : throw new InvalidOperationException(output);
    }

    public (int Exit, string Out, string Error) Run(params string[] arguments) => Run(TimeProvider.System, false, arguments);

    public (int Exit, string Out, string Error) Run(TimeProvider time, bool onTerminal, params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = Cache, ["NO_COLOR"] = "1" };
        using var fake = new FakeSurroundings(App.Path, environment: environment);
        var exit = SlipwayProgram.Run(arguments, fake.Value with { Time = time, ErrorIsTerminal = onTerminal });
        return (exit, fake.Out, fake.Error);
    }

    /// <summary>The jobs' names in order, or what is told on standard error.</summary>
    public string Jobs(params string[] arguments)
    {
        var (exit, output, error) = Run(["list", "--json", .. arguments]);
        if (exit != 0)
            return error;
        using var json = System.Text.Json.JsonDocument.Parse(output);
        return string.Join(" ", json.RootElement.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("name").GetString()));
    }

    /// <summary>A job's script in the merged configuration.</summary>
    public string Merged(params string[] arguments)
    {
        var (_, output, error) = Run(["config", "view", .. arguments]);
        return output + error;
    }

    public void Dispose()
    {
        App.Dispose();
        _top.Dispose();
    }
}
