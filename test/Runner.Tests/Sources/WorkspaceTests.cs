using System.Collections.Concurrent;
using System.Diagnostics;
using FsCheck.Fluent;
using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Runner.Tests.Sources;

public sealed class WorkspaceTests : IDisposable
{
    private static readonly string[] Files =
    [
        "a",
        "b.txt",
        "dir/c",
        "dir/sub/d",
        "dir/sub/deep/e",
        "other/f",
        "other/\u00e9 g",
        "run.sh",
        "link",
        "other/dangling",
    ];
    private static readonly string[] Folders =
    [
        "dir",
        "dir/sub",
        "dir/sub/deep",
        "other",
        ".git",
        ".git/objects",
        ".git/objects/info",
        ".git/refs",
    ];
    private static readonly string[] Places =
    [
        .. Files,
        .. Folders,
        ".git/HEAD",
        ".git/index",
        ".git/config",
        ".git/objects/info/alternates",
        "new",
        "dir/new",
        "dir/sub/new",
    ];

    /// <summary>What a job may do to a place in its folder; $p is the place, always quoted.</summary>
    private static readonly string[] Deeds =
    [
        "touch -r \"$p\" ../stamp; printf x >> \"$p\"; touch -r ../stamp \"$p\"",
        "t=$(cat \"$p\" | tr a-z b-za) && touch -r \"$p\" ../stamp && printf %s \"$t\" > \"$p\"; touch -r ../stamp \"$p\"",
        "rm -rf \"$p\"",
        "rm -rf \"$p\"; mkdir -p \"$p/x/y\"; echo z > \"$p/x/y/z\"",
        "rm -rf \"$p\"; ln -s \"$OUT\" \"$p\"",
        "rm -rf \"$p\"; ln -s \"$OUT/file\" \"$p\"",
        "mkfifo \"$p.fifo\"",
        "rm -rf \"$p\"; mkdir -p \"$p\"",
        "cp -a \"$p\" ../copy; rm -rf \"$p\"; mv ../copy \"$p\"",
        "mv \"$p\" \"$p.moved\"",
        "mv \"$p\" other/moved",
        "chmod 000 \"$p\"",
        "chmod 500 \"$p\"",
        "chmod 4777 \"$p\"",
        "chmod 644 \"$p\"",
        "ln \"$p\" hardlink",
        "echo in > \"$p/added\"",
        "mkdir -p \"$p/n/o\"; echo in > \"$p/n/o/added\"; chmod 500 \"$p/n/o\" \"$p/n\"",
        "mkdir -p \"$p/shut\"; echo in > \"$p/shut/f\"; chmod 000 \"$p/shut\"",
        "echo new > \"$p\"",
        "truncate -s 100000 \"$p\"",
        "touch -d 2001-01-01 \"$p\"",
        "cp -r . ../all; mv ../all \"$p/all\"",
        "git add -A; git -c user.name=a -c user.email=a@b commit -qm x",
        "git checkout -q -b branch; git rm -q -r --cached .; git gc -q",
        "chmod 000 .",
        "rm -rf * .git",
        "rm -rf \"$PWD\"",
        "d=$PWD; rm -rf \"$d\"; ln -s \"$OUT\" \"$d\"",
        "d=$PWD; mv \"$d\" \"$d.away\"; mkdir \"$d\"; echo x > \"$d/x\"",
        "git status > /dev/null",
        "printf '\\377\\376' > \"$(printf 'odd\\377name')\"",
    ];

    private readonly TemporaryFolder _checkout = new();
    private readonly TemporaryFolder _jobs = new();
    private readonly WorkspaceLayout _layout;

    public WorkspaceTests()
    {
        foreach (var file in Files[..^2])
            _checkout.Write(file, $"content of {file}\n");
        File.SetUnixFileMode(_checkout["run.sh"], (UnixFileMode)0x1ED);
        File.CreateSymbolicLink(_checkout["link"], "dir/sub/d");
        File.CreateSymbolicLink(_checkout["other/dangling"], "nowhere");
        Shell(_checkout.Path, "git init -q -b main; git add -A; git -c user.name=a -c user.email=a@b commit -qm first");
        _layout = SourcePlan.For(new SourceTree(_checkout.Path, [.. Files.Order(StringComparer.Ordinal)], _checkout[".git"])).Layout;
        Copy(_jobs["fresh"]);
        _jobs.Write("outside/file", "the user's own");
    }

    public static TheoryData<string> EachDeed => [.. Deeds];

    public void Dispose()
    {
        _checkout.Dispose();
        // Jobs leave names that are no UTF-8, which .NET cannot remove.
        TreeRemoval.Remove(_jobs.Path);
    }

    [Theory]
    [MemberData(nameof(EachDeed))]
    public void A_restored_workspace_is_as_a_new_copy_whatever_a_job_did_in_any_place(string deed)
    {
        var workspace = Copy(_jobs["work"]);
        for (var i = 0; i < Places.Length; i += 9)
        {
            Do(workspace, [(deed, Places[i]), (deed, Places[(i + 1) % Places.Length])]);
            Restore(workspace);
            Assert.Equal(Listing(_jobs["fresh"]), Listing(workspace.Path));
            workspace.MoveTo(_jobs["work" + i]);
        }
    }

    [Fact]
    public void A_restored_workspace_is_as_a_new_copy_after_any_row_of_deeds()
    {
        var deeds = from deed in Gen.Elements(Deeds) from place in Gen.Elements(Places) select (deed, place);
        using var discards = new Discards(_jobs["discarded"], fileLimit: 200);
        var workspace = Copy(_jobs["work"], discards);
        foreach (var row in Gen.Sample(Gen.ListOf(deeds), 12))
        {
            Do(workspace, row);
            Restore(workspace);
            Assert.True(Listing(_jobs["fresh"]) == Listing(workspace.Path), string.Join("\n", row));
            workspace.MoveTo(workspace.Path);
        }
    }

    [Fact]
    public void A_job_that_changed_nothing_costs_no_copy()
    {
        var workspace = Copy(_jobs["work"]);
        var before = Inodes(workspace.Path);
        workspace.MoveTo(_jobs["next"]);
        workspace.Restore(TestContext.Current.CancellationToken);
        Assert.Equal(before, Inodes(workspace.Path));
        Assert.False(Directory.Exists(_jobs["work"]));
    }

    [Fact]
    public void A_change_right_after_the_copy_is_seen_though_the_files_clock_is_coarse()
    {
        var workspace = Copy(_jobs["work"]);
        for (var i = 0; i < 50; i++)
        {
            workspace.MoveTo(workspace.Path);
            File.WriteAllText(workspace.Path + "/a", "CONTENT OF a\n");
            workspace.Restore(TestContext.Current.CancellationToken);
            Assert.Equal("content of a\n", File.ReadAllText(workspace.Path + "/a"));
        }
    }

    [Fact]
    public void A_copy_that_was_called_off_is_finished_later()
    {
        var workspace = new Workspace(_layout, _jobs["work"]);
        Assert.Throws<OperationCanceledException>(() => workspace.Restore(new CancellationToken(true)));
        workspace.Restore(TestContext.Current.CancellationToken);
        Assert.Equal(Listing(_jobs["fresh"]), Listing(workspace.Path));
    }

    [Fact]
    public async Task Workspaces_pass_from_job_to_job_and_are_gone_at_the_end()
    {
        var ct = TestContext.Current.CancellationToken;
        var workspaces = new Workspaces();
        var first = await workspaces.TakeAsync(_layout, _jobs["builds/1"], ct);
        var second = await workspaces.TakeAsync(_layout, _jobs["builds/2"], ct);
        Assert.NotSame(first, second);
        Do(first, [("echo new > \"$p\"", "new")]);
        workspaces.GiveBack(first);
        var third = await workspaces.TakeAsync(_layout, _jobs["builds/3"], ct);
        Assert.Same(first, third);
        Assert.Equal(Listing(_jobs["fresh"]), Listing(_jobs["builds/3"]));
        workspaces.GiveBack(second);
        workspaces.GiveBack(third);
        await workspaces.DisposeAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_jobs["builds"]));
    }

    [Fact]
    public async Task The_copy_that_was_prepared_is_the_first_jobs()
    {
        var ct = TestContext.Current.CancellationToken;
        var tree = new SourceTree(_checkout.Path, ["a", "dir/c"], null);
        await using var workspaces = new Workspaces();
        var prepared = workspaces.Prepare(Task.FromResult(tree), _jobs["builds"]);
        await prepared;
        Assert.Equal("content of dir/c\n", File.ReadAllText(Directory.GetDirectories(_jobs["builds"]).Single() + "/dir/c"));
        var inodes = Inodes(Directory.GetDirectories(_jobs["builds"]).Single());

        var first = await workspaces.TakeAsync(SourcePlan.For(tree).Layout, _jobs["builds/1"], ct);

        Assert.Equal(inodes, Inodes(first.Path));
        Assert.Equal([_jobs["builds/1"]], Directory.GetDirectories(_jobs["builds"]));
    }

    [Fact]
    public async Task A_tree_that_cannot_be_had_is_the_jobs_trouble()
    {
        await using var workspaces = new Workspaces();
        await workspaces.Prepare(Task.FromException<SourceTree>(new IOException("gone")), _jobs["builds"]);
        var layout = _layout;
        Assert.NotNull(await workspaces.TakeAsync(layout, _jobs["builds/1"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nobody_waits_for_ever_when_the_tree_cannot_be_read()
    {
        var gone = SourcePlan.For(new SourceTree(_checkout["nowhere"], ["f"], null)).Layout;
        await using var workspaces = new Workspaces();
        await Assert.ThrowsAsync<IOException>(() => workspaces.TakeAsync(gone, _jobs["builds/1"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task There_are_never_more_workspaces_than_jobs_at_one_time()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var workspaces = new Workspaces();
        var taken = new ConcurrentDictionary<Workspace, int>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 60),
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct },
            async (job, token) =>
            {
                var workspace = await workspaces.TakeAsync(_layout, _jobs[$"builds/{job}"], token);
                Assert.True(taken.TryAdd(workspace, job));
                Assert.False(File.Exists(workspace.Path + "/mine"));
                File.WriteAllText(workspace.Path + "/mine", "x");
                taken.Remove(workspace, out _);
                workspaces.GiveBack(workspace);
            }
        );
        Assert.InRange(
            Directory.GetDirectories(_jobs["builds"]).Count(folder => !folder.EndsWith("/.discarded", StringComparison.Ordinal)),
            1,
            4
        );
    }

    private Workspace Copy(string path, Discards? discards = null)
    {
        var workspace = new Workspace(_layout, path, discards);
        workspace.Restore(TestContext.Current.CancellationToken);
        workspace.MoveTo(path);
        return workspace;
    }

    /// <summary>Nothing that a link leads to may be touched.</summary>
    private void Restore(Workspace workspace)
    {
        var outside = Listing(_jobs["outside"]);
        workspace.Restore(TestContext.Current.CancellationToken);
        Assert.Equal(outside, Listing(_jobs["outside"]));
    }

    private void Do(Workspace workspace, IEnumerable<(string Deed, string Place)> deeds)
    {
        var script = $"OUT='{_jobs["outside"]}'\n" + string.Concat(deeds.Select(d => $"(p='{d.Place}'; {d.Deed}) > /dev/null 2>&1\n"));
        Shell(workspace.Path, script);
    }

    /// <summary>Kind, mode, path and link target of all there is, and every file's content.</summary>
    private static string Listing(string folder) =>
        Shell(
            folder,
            "find . -printf '%y %m %p %l %n\\n' | LC_ALL=C sort | grep -v '^d'; find . -type d -printf '%y %m %p\\n' | LC_ALL=C sort; find . -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum"
        );

    private static string Inodes(string folder) => Shell(folder, "find . -printf '%i %p\\n' | LC_ALL=C sort");

    private static string Shell(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(folder);
        using var shell = Process.Start(start)!;
        shell.ErrorDataReceived += (_, _) => { };
        shell.BeginErrorReadLine();
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        return output;
    }
}
