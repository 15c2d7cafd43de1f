using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Slipway.Server.Git;

/// <param name="Type"><c>blob</c>, <c>tree</c>, <c>commit</c> or <c>tag</c>.</param>
/// <param name="Size">In bytes.</param>
internal sealed record ObjectInfo(string Id, string Type, long Size);

/// <summary>
/// A conversation with one <c>git cat-file</c>, for whoever reads many objects one after another: an answer takes microseconds where a process of its own
/// takes milliseconds. One question at a time.
/// </summary>
internal sealed class ObjectReader(Repository repository) : IDisposable
{
    private const int LongestHead = 8 * 1024;

    private readonly Lock _turn = new();
    private Process? _git;

    /// <param name="id">An object's id, or a revision and a path that come from nobody's text.</param>
    /// <returns>Nothing when there is no such object.</returns>
    public ObjectInfo? Info(string id)
    {
        lock (_turn)
            return Ask("info", id);
    }

    /// <returns>Nothing when there is no such object, or it is larger than <paramref name="maxBytes"/>.</returns>
    public (ObjectInfo Info, byte[] Content)? Read(string id, long maxBytes)
    {
        lock (_turn)
        {
            if (Ask("info", id) is not { } info || info.Size > maxBytes || Ask("contents", info.Id) is null)
                return null;
            var content = new byte[info.Size];
            _git!.StandardOutput.BaseStream.ReadExactly(content);
            return _git.StandardOutput.BaseStream.ReadByte() == '\n' ? (info, content) : throw Ended();
        }
    }

    public void Dispose()
    {
        if (_git is null)
            return;
        try
        {
            // It has no children; to look for some would be to read the whole process table.
            _git.Kill();
        }
        catch (InvalidOperationException) { }

        _git.Dispose();
    }

    private ObjectInfo? Ask(string command, string id)
    {
        if (id.AsSpan().ContainsAny('\n', '\0'))
            return null;
        _git ??= Begin();
        try
        {
            _git.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes($"{command} {id}\n"));
            _git.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }

        var words = Line(_git.StandardOutput.BaseStream).Split(' ');
        return words is [var found, var type, var size] && RefNames.IsSha(found)
            ? new ObjectInfo(found, type, long.Parse(size, CultureInfo.InvariantCulture))
            : null;
    }

    private Process Begin()
    {
        var git = GitDoor.Start(repository.Path, new GitCall("cat-file", "--batch-command"));
        // Read, so that it never waits for room to complain.
        git.ErrorDataReceived += (_, _) => { };
        git.BeginErrorReadLine();
        return git;
    }

    private static string Line(Stream from)
    {
        var line = new List<byte>(64);
        for (int read; (read = from.ReadByte()) != '\n'; line.Add((byte)read))
            if (read < 0 || line.Count > LongestHead)
                throw Ended();
        return Encoding.UTF8.GetString([.. line]);
    }

    private static GitException Ended() => new("git cat-file has ended in the middle of an answer.");
}
