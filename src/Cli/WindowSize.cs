using System.Runtime.InteropServices;

namespace Slipway.Cli;

/// <summary>
/// The size of the terminal's window, asked of the terminal itself: the framework's Console would first switch the terminal's keypad into
/// another mode, and leave it so.
/// </summary>
internal static partial class WindowSize
{
    private const int StandardOutput = 1;

    /// <summary>ioctl_tty(2) on Linux.</summary>
    private const nuint GetWindowSize = 0x5413;

    /// <returns><see langword="null"/> when it is not a terminal, or one that does not tell.</returns>
    public static (int Columns, int Rows)? Ask() =>
        OperatingSystem.IsLinux() && Control(StandardOutput, GetWindowSize, out var size) == 0 && size is { Columns: > 0, Rows: > 0 }
            ? (size.Columns, size.Rows)
            : null;

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, out Cells size);

    [StructLayout(LayoutKind.Sequential)]
    private struct Cells
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsWide;
        public ushort PixelsHigh;
    }
}
