using System.Diagnostics;

namespace Slipway.Server;

/// <summary>
/// Moments at which tests kill the server, as a power cut would: the file that <c>SLIPWAY_KILL_AT</c> names holds the name of one. Only in debug builds; in
/// others the calls are not there.
/// </summary>
internal static class KillPoint
{
    private static readonly string? Wanted = Environment.GetEnvironmentVariable("SLIPWAY_KILL_AT");

    /// <summary>Ends the process here and now with SIGKILL, when that is wanted.</summary>
    [Conditional("DEBUG")]
    public static void Pass(string name)
    {
        if (Wanted is null || !File.Exists(Wanted) || File.ReadAllText(Wanted) != name)
            return;
        Process.GetCurrentProcess().Kill();
        // The signal is on its way, and nothing may happen any more.
        new ManualResetEventSlim().Wait();
    }
}
