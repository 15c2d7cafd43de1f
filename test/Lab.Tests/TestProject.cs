namespace Slipway.Lab.Tests;

/// <summary>A repository made for one test, with one commit on one branch.</summary>
internal sealed class TestProject : IDisposable
{
    private TestProject(string folder) => Folder = folder;

    public string Folder { get; }

    /// <param name="name">Names the folder, and so the project.</param>
    public static async Task<TestProject> CreateAsync(string name, string branch, IReadOnlyDictionary<string, string> files)
    {
        var root = Directory.CreateTempSubdirectory("slipway-seed-").FullName;
        var project = new TestProject(Path.Combine(root, name));
        Directory.CreateDirectory(project.Folder);
        foreach (var (path, text) in files)
            project.Write(path, text);
        await project.GitAsync("init", "-q", "-b", branch);
        await project.GitAsync("add", "-A");
        await project.GitAsync("-c", "user.name=Seed", "-c", "user.email=seed@example.com", "commit", "-q", "-m", "Seed");
        return project;
    }

    public void Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        if (OperatingSystem.IsLinux() && path.EndsWith(".sh", StringComparison.Ordinal))
            File.SetUnixFileMode(full, (UnixFileMode)0b111_101_101);
    }

    public async Task<string> GitAsync(params string[] arguments)
    {
        var done = await SlipwayProcess.RunAsync("git", Folder, arguments);
        return done.ExitCode == 0 ? done.Output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {done.All}");
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
}
