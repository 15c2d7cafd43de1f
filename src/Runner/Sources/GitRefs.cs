using System.Text;

namespace Slipway.Runner.Sources;

/// <summary>All refs of a repository, loose and packed, gathered so that a copy has them in one file.</summary>
internal sealed class GitRefs
{
    /// <summary>A loose ref holds one line.</summary>
    private const int LooseLimit = 4096;

    private const int CountLimit = 1_000_000;

    /// <summary>Name → line of <c>packed-refs</c>, with the peeled line of an annotated tag behind it where one is known.</summary>
    private readonly SortedDictionary<string, string> _direct = new(StringComparer.Ordinal);

    /// <summary>Refs that name a ref, <c>refs/remotes/origin/HEAD</c>: these cannot be packed.</summary>
    private readonly Dictionary<string, string> _symbolic = new(StringComparer.Ordinal);

    /// <param name="common">The repository's folder that holds the refs.</param>
    public static GitRefs Read(string common)
    {
        var refs = new GitRefs();
        var packed = Path.Combine(common, "packed-refs");
        if (File.Exists(packed))
            refs.ReadPacked(File.ReadLines(packed));
        refs.ReadLoose(common);
        return refs;
    }

    /// <summary>What <c>HEAD</c> says, as a commit; unchanged when its branch has none yet.</summary>
    public string Detach(string head)
    {
        for (var depth = 0; depth < 5 && head.StartsWith("ref:", StringComparison.Ordinal); depth++)
        {
            var name = head[4..].Trim();
            if (_direct.TryGetValue(name, out var line))
                return line[..line.IndexOf(' ')];
            if (!_symbolic.TryGetValue(name, out var next))
                return head;
            head = next;
        }

        return head;
    }

    public IEnumerable<GitSnapshot.SmallFile> ToFiles()
    {
        var packed = new StringBuilder("# pack-refs with: sorted \n");
        foreach (var line in _direct.Values)
            packed.Append(line);
        yield return new GitSnapshot.SmallFile("packed-refs", Encoding.UTF8.GetBytes(packed.ToString()));
        foreach (var (name, target) in _symbolic)
            yield return new GitSnapshot.SmallFile(name, Encoding.UTF8.GetBytes(target + "\n"));
    }

    private void ReadPacked(IEnumerable<string> lines)
    {
        string? last = null;
        foreach (var line in lines)
        {
            if (line.StartsWith('^') && last is not null)
                _direct[last] += line + "\n";
            else if (!line.StartsWith('#') && line.IndexOf(' ') is > 0 and var space && _direct.Count < CountLimit)
                _direct[last = line[(space + 1)..]] = line + "\n";
        }
    }

    private void ReadLoose(string common)
    {
        var root = Path.Combine(common, "refs");
        if (!Directory.Exists(root))
            return;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var name = path[(common.Length + (common.EndsWith('/') ? 0 : 1))..];
            if (name.EndsWith(".lock", StringComparison.Ordinal) || new FileInfo(path).Length > LooseLimit || _direct.Count >= CountLimit)
                continue;
            var value = File.ReadAllText(path).Trim();
            if (value.StartsWith("ref:", StringComparison.Ordinal))
                _symbolic[name] = value;
            else if (value.Length is 40 or 64)
                _direct[name] = $"{value} {name}\n";
        }
    }
}
