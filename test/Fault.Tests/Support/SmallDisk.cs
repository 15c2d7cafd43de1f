using System.Diagnostics;
using Xunit;

namespace Slipway.Fault.Tests.Support;

/// <summary>A disk in memory that is soon full.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    private string Ballast => Path.Combine(_folder, "ballast");

    /// <summary>Mounts it on a folder, which is made. Only root may; for others the test is skipped.</summary>
    public static SmallDisk Mount(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        var said = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "slipway-test", folder);
        Assert.SkipWhen(said is not null, $"no disk can be mounted here: {said}");
        return new SmallDisk(folder);
    }

    /// <summary>Leaves no room for anything.</summary>
    public void Fill()
    {
        using var file = File.OpenHandle(Ballast, FileMode.Create, FileAccess.Write);
        var piece = new byte[1 << 20];
        for (var (at, size) = (0L, piece.Length); size > 0; )
            try
            {
                RandomAccess.Write(file, piece.AsSpan(0, size), at);
                at += size;
            }
            catch (IOException)
            {
                // What was written of a piece before the end stays, so the next is tried with less.
                size /= 2;
            }
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose() => Run("umount", "-l", _folder);

    /// <returns>Why it could not be done.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true }
            )!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said.Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }
}
