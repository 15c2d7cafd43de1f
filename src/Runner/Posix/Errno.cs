using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Slipway.Runner.Posix;

/// <summary>The errors of system calls that we act on, with their numbers on Linux.</summary>
internal static class Errno
{
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int NoPermission = 13;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int OutOfRange = 34;
    public const int Loop = 40;

    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>What to throw when a system call failed.</summary>
    /// <param name="what">What was tried, to which file.</param>
    public static IOException Failure(string what) => Failure(what, Last);

    public static IOException Failure(string what, int error) => new($"{what}: {new Win32Exception(error).Message}", error);
}
