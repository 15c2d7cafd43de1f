using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>Repositories made ready to travel, each once for all jobs of a run.</summary>
/// <param name="largeStore">Objects of more bytes than this do not travel whole.</param>
internal sealed class GitCopies(long largeStore = GitCopy.LargeStore) : IAsyncDisposable
{
    /// <summary>Any commit may be asked for, and the repository may be another user's: we only read.</summary>
    private const string UploadPack = "git -c uploadpack.allowAnySHA1InWant=true -c safe.directory=* upload-pack";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<GitCopy?>> _copies = new(StringComparer.Ordinal);
    private readonly List<string> _folders = [];
    private readonly CancellationTokenSource _over = new();

    /// <returns><see langword="null"/>: there is none, or it cannot be copied.</returns>
    public Task<GitCopy?> OfAsync(SourceTree tree, CancellationToken ct)
    {
        if (tree.GitDir is not { } gitDir)
            return Task.FromResult<GitCopy?>(null);
        if (tree.IsRefilled)
            return Task.Run(() => MakeAsync(tree), ct);
        lock (_gate)
        {
            if (!_copies.TryGetValue(gitDir, out var copy))
                _copies[gitDir] = copy = Task.Run(() => MakeAsync(tree), CancellationToken.None);
            return copy.WaitAsync(ct);
        }
    }

    /// <summary>A copy has been used and, unless others wait for the same one, is of no more use.</summary>
    public void Done(SourceTree tree, GitCopy? copy)
    {
        if (!tree.IsRefilled || copy?.Folder is not { } folder)
            return;
        lock (_gate)
            _folders.Remove(folder);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What is still being made is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        Task[] made;
        lock (_gate)
            made = [.. _copies.Values];
        await Task.WhenAll(made).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _over.Dispose();
        foreach (var folder in _folders)
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
    }

    private async Task<GitCopy?> MakeAsync(SourceTree tree)
    {
        if (SourcePlan.For(tree).Git is not { } snapshot)
            return null;
        return GitCopy.Of(snapshot, tree.ShortenTo is null ? long.MaxValue : largeStore)
            ?? await ShallowAsync(snapshot, tree.ShortenTo ?? int.MaxValue);
    }

    private async Task<GitCopy?> ShallowAsync(GitSnapshot snapshot, int depth)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-git-").FullName;
        lock (_gate)
            _folders.Add(folder);
        var head = Encoding.UTF8.GetString(snapshot.Files.First(file => file.Path == "HEAD").Content).Trim();
        var source = "file://" + Path.GetDirectoryName(snapshot.ObjectsDir);
        var format = head.Length == 64 ? "sha256" : "sha1";
        string[][] steps =
        [
            ["init", "--quiet", "--bare", "--object-format=" + format, folder],
            ["--git-dir=" + folder, "fetch", "--quiet", $"--depth={depth}", "--no-tags", "--upload-pack=" + UploadPack, source, head],
            ["--git-dir=" + folder, "update-ref", "--no-deref", "HEAD", head],
            ["--git-dir=" + folder, "read-tree", "HEAD"],
        ];
        foreach (var step in steps)
            if (!await GitAsync(step, _over.Token))
                return null;
        if (GitSnapshot.Read(folder) is not { } shallow)
            return null;
        var config = snapshot.Files.Where(file => file.Path == "config");
        return
            GitCopy.Of(shallow with { Files = [.. shallow.Files.Where(file => file.Path != "config"), .. config] }, long.MaxValue)
                is { } copy
            ? copy with
            {
                Folder = folder,
            }
            : null;
    }

    private static async Task<bool> GitAsync(string[] arguments, CancellationToken ct)
    {
        using var git = new Process();
        git.StartInfo = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var variable in (ReadOnlySpan<string>)["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
            git.StartInfo.Environment.Remove(variable);
        try
        {
            git.Start();
        }
        catch (Win32Exception)
        {
            return false;
        }

        await using var ending = ct.Register(() => git.Kill(entireProcessTree: true));
        git.StandardInput.Close();
        // Killed, it ends by itself.
        await Task.WhenAll(
            git.StandardOutput.ReadToEndAsync(CancellationToken.None),
            git.StandardError.ReadToEndAsync(CancellationToken.None),
            git.WaitForExitAsync(CancellationToken.None)
        );
        return git.ExitCode == 0;
    }
}
