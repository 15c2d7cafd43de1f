using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Slipway.Runner.Posix;

namespace Slipway.Runner.Executors;

/// <summary>
/// A process's sign of life for what it makes outside of itself: containers, networks, volumes, jobs' processes. All of that bears the name of a file, and the file is
/// locked as long as the process lives; however that ends, the kernel lets go of the lock. Only who has the file can say that its process is dead: another machine,
/// another user and a runner with other folders have not, and leave all of it alone.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private const string Ending = ".lock";

    /// <summary>A container that a process had asked for when it was killed may come into being after that.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMinutes(1);

    private readonly string? _path;
    private readonly SafeFileHandle? _file;
    private readonly DateTimeOffset? _knownDeadSince;
    private volatile bool _leaves;

    private OwnerLock(string name, string? path, SafeFileHandle? file, DateTimeOffset? knownDeadSince = null) =>
        (Name, _path, _file, _knownDeadSince) = (name, path, file, knownDeadSince);

    /// <summary>Twelve hexadecimal digits that no other has.</summary>
    public string Name { get; }

    /// <summary>Why nobody will ever know that this process is dead, so that what it leaves behind stays; <see langword="null"/> when that can be known.</summary>
    public string? Problem { get; private init; }

    /// <param name="folder">Where later processes look. <see langword="null"/>: nobody is to look.</param>
    public static OwnerLock Take(string? folder)
    {
        var name = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        if (folder is null)
            return new OwnerLock(name, null, null);
        // Whoever looks must not find it before it is locked.
        var (made, path) = (Path.Combine(folder, name + ".new"), Path.Combine(folder, name + Ending));
        SafeFileHandle? file = null;
        try
        {
            Directory.CreateDirectory(folder);
            file = File.OpenHandle(made, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            if (!FileDescriptor.TryLock(file))
                throw Errno.Failure($"{made} cannot be locked");
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(MachineMark.Here().ToString()), 0);
            File.Move(made, path);
            return new OwnerLock(name, path, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (file is not null)
                TryDelete(made);
            file?.Dispose();
            return new OwnerLock(name, null, null) { Problem = e.Message };
        }
    }

    /// <summary>Those of a folder whose processes are dead, held by this process until they are disposed, so that no other clears up after them at the same time.</summary>
    public static List<OwnerLock> TakeDead(string folder)
    {
        var found = new List<OwnerLock>();
        if (!Directory.Exists(folder))
            return found;
        var here = MachineMark.Here();
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Ending))
            if (TryTakeDead(path, here) is { } dead)
                found.Add(dead);
        return found;
    }

    /// <summary>The process lives on or ends in order, and something of it stays all the same.</summary>
    public void LeaveSomething() => _leaves = true;

    /// <summary>Somebody has looked for what a dead process left.</summary>
    /// <param name="foundNothing">There was nothing, or nothing any more that could still be there.</param>
    public void Note(bool foundNothing, TimeProvider time)
    {
        var now = time.GetUtcNow();
        if (_knownDeadSince is null)
            RandomAccess.Write(
                _file!,
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{now.ToUnixTimeMilliseconds()}")),
                RandomAccess.GetLength(_file!)
            );
        _leaves = !foundNothing || _knownDeadSince is not { } since || now - since < Aftermath;
    }

    public void Dispose()
    {
        if (_file is null || _file.IsClosed)
            return;
        if (!_leaves)
            TryDelete(_path!);
        _file.Dispose();
    }

    private static OwnerLock? TryTakeDead(string path, MachineMark here)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            // On a file system without locks each of them looks free.
            if (FileDescriptor.TryLock(file) && Read(file).Split('\n') is [var owner, .. var rest] && here.CanJudge(owner))
                return new OwnerLock(Path.GetFileNameWithoutExtension(path), path, file, DeadSince(rest)) { _leaves = true };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its process lives, or it is not ours.
        }

        file?.Dispose();
        return null;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It says of a dead process that it left something; who looks finds nothing.
        }
    }

    private static string Read(SafeFileHandle file)
    {
        var bytes = new byte[1024];
        return Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0));
    }

    private static DateTimeOffset? DeadSince(string[] rest) =>
        rest is [var since, ..] && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;
}

/// <summary>Tells machines apart that may share a folder.</summary>
/// <param name="Name">The host's.</param>
/// <param name="Boot">Changes with every start of the machine, and is that of its containers too; empty where it is not told.</param>
internal sealed record MachineMark(string Name, string Boot)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    public static MachineMark Here() =>
        new(Environment.MachineName.Replace(' ', '_'), File.Exists(BootFile) ? File.ReadAllText(BootFile).Trim() : "");

    public override string ToString() => $"{Name} {Boot}";

    /// <summary>Whether a lock that a process on that machine took means something here: within one kernel it does, and so it does on a machine that was started again.</summary>
    public bool CanJudge(string owner) =>
        owner.Split(' ') is [var name, var boot] && (name == Name || (boot.Length > 0 && boot == Boot)) && name.Length > 0;
}
