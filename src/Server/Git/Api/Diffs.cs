using System.Text;

namespace Slipway.Server.Git.Api;

/// <summary>How one file changed. https://docs.gitlab.com/api/commits/#get-commit-diff</summary>
/// <param name="Diff">From its first <c>@@</c> on.</param>
internal sealed record DiffJson(
    string OldPath,
    string NewPath,
    string AMode,
    string BMode,
    string Diff,
    bool NewFile,
    bool RenamedFile,
    bool DeletedFile,
    bool Collapsed,
    bool TooLarge
);

internal static class Diffs
{
    /// <summary>GitLab's limits: files of a diff, and bytes of one file's.</summary>
    private const int MostFiles = 3000;
    private const int LargestPatch = 200 * 1024;

    /// <summary>What changed between two commits.</summary>
    /// <param name="from">Nothing: everything in <paramref name="to"/> is new.</param>
    public static async Task<IReadOnlyList<DiffJson>> DiffAsync(this Repository repository, string? from, string to, CancellationToken ct)
    {
        string[] between = from is null ? ["--root", to] : [from, to];
        string[] options = ["-r", "-M", "-z", "--no-commit-id", "--no-ext-diff", "--no-textconv", "--full-index"];
        var patched = await repository.RunAsync(new GitCall(["diff-tree", .. options, "--patch-with-raw", .. between, "--"]), ct);
        if (patched.Ok)
            return Parse(patched.Text, tooLarge: false);
        // Too much to show: at least which files they are.
        var raw = await repository.RunAsync(new GitCall(["diff-tree", .. options, "--raw", .. between, "--"]), ct);
        return Parse(raw.OrThrow("compare two commits").Text, tooLarge: true);
    }

    /// <summary>Lines added and taken away.</summary>
    public static async Task<CommitStats> StatsAsync(this Repository repository, string? from, string to, CancellationToken ct)
    {
        string[] between = from is null ? ["--root", to] : [from, to];
        var call = new GitCall([
            "diff-tree",
            "-r",
            "-M",
            "--numstat",
            "--no-commit-id",
            "--no-ext-diff",
            "--no-textconv",
            .. between,
            "--",
        ]);
        var (added, taken) = (0L, 0L);
        foreach (var line in (await repository.RunAsync(call, ct)).OrThrow("count changed lines").Text.Split('\n'))
        {
            // A binary file has two dashes.
            if (line.Split('\t') is [var plus, var minus, _] && long.TryParse(plus, out var p) && long.TryParse(minus, out var m))
                (added, taken) = (added + p, taken + m);
        }

        return new CommitStats(added, taken, added + taken);
    }

    /// <param name="text">Raw entries, each with NULs between its parts; then, behind one more NUL, the patches in the same order.</param>
    private static List<DiffJson> Parse(string text, bool tooLarge)
    {
        var all = new List<DiffJson>();
        var at = 0;
        while (at < text.Length && text[at] == ':')
        {
            var words = Next(text, ref at)[1..].Split(' ');
            var path = Next(text, ref at);
            var renamed = words[4][0] is 'R' or 'C';
            var now = renamed ? Next(text, ref at) : path;
            if (all.Count < MostFiles)
                all.Add(new DiffJson(path, now, words[0], words[1], "", words[4][0] == 'A', renamed, words[4][0] == 'D', false, tooLarge));
        }

        var patches = at < text.Length ? Patches(text[at..].TrimStart('\0')) : [];
        for (var place = 0; place < all.Count && place < patches.Count; place++)
            all[place] =
                patches[place].Length <= LargestPatch ? all[place] with { Diff = patches[place] } : all[place] with { TooLarge = true };
        return all;
    }

    private static string Next(string text, ref int at)
    {
        var end = text.IndexOf('\0', at);
        end = end < 0 ? text.Length : end;
        var part = text[at..end];
        at = Math.Min(end + 1, text.Length);
        return part;
    }

    /// <summary>Within a patch no line begins with this word: all of a file's own have a sign in front.</summary>
    private static List<string> Patches(string text)
    {
        var patches = new List<string>();
        var patch = new StringBuilder();
        var (inside, shown) = (false, false);
        foreach (var line in Lines(text))
        {
            if (line.StartsWith("diff --git "))
            {
                if (inside)
                    patches.Add(patch.ToString());
                patch.Clear();
                (inside, shown) = (true, false);
                continue;
            }

            shown |= line.StartsWith("@@") || line.StartsWith("Binary files ");
            if (shown)
                patch.Append(line);
        }

        if (inside)
            patches.Add(patch.ToString());
        return patches;
    }

    private static IEnumerable<string> Lines(string text)
    {
        for (int at = 0, end; at < text.Length; at = end)
        {
            end = text.IndexOf('\n', at) + 1;
            end = end == 0 ? text.Length : end;
            yield return text[at..end];
        }
    }
}
