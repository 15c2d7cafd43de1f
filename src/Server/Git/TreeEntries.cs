using System.Text;

namespace Slipway.Server.Git;

/// <param name="Mode">Octal, six digits: <c>100644</c>, <c>100755</c>, <c>120000</c> a link, <c>040000</c> a folder, <c>160000</c> a submodule.</param>
internal sealed record TreeEntry(string Mode, string Name, string Id)
{
    public bool IsFolder => Mode == "040000";
    public bool IsLink => Mode == "120000";
    public bool IsSubmodule => Mode == "160000";

    /// <summary>A file whose bytes are what its name promises: no link, no submodule.</summary>
    public bool IsPlain => Mode.StartsWith("100");

    /// <summary>GitLab's word: <c>tree</c>, <c>blob</c> or <c>commit</c>.</summary>
    public string Type =>
        IsFolder ? "tree"
        : IsSubmodule ? "commit"
        : "blob";
}

/// <summary>A tree object's bytes: <c>mode SP name NUL id</c>, one after another.</summary>
internal static class TreeEntries
{
    private const int IdBytes = 20;

    /// <exception cref="GitException">They are no tree's.</exception>
    /// <param name="names">How names are read; nothing for UTF-8, in which a byte that is none is lost.</param>
    public static IReadOnlyList<TreeEntry> Parse(ReadOnlySpan<byte> bytes, Encoding? names = null)
    {
        var entries = new List<TreeEntry>();
        while (bytes.Length > 0)
        {
            var blank = bytes.IndexOf((byte)' ');
            var end = bytes.IndexOf((byte)0);
            if (blank < 0 || end < blank || bytes.Length < end + 1 + IdBytes)
                throw new GitException("A tree object is damaged.");
            entries.Add(
                new TreeEntry(
                    Encoding.ASCII.GetString(bytes[..blank]).PadLeft(6, '0'),
                    (names ?? Encoding.UTF8).GetString(bytes[(blank + 1)..end]),
                    Convert.ToHexStringLower(bytes.Slice(end + 1, IdBytes))
                )
            );
            bytes = bytes[(end + 1 + IdBytes)..];
        }

        return entries;
    }
}
