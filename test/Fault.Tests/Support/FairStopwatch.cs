using System.Diagnostics;
using System.Globalization;

namespace Slipway.Fault.Tests.Support;

/// <summary>
/// Measures what a budget is for: the time in which nothing on this machine had to wait for a processor, as Linux counts it. Other suites run beside these
/// tests, and what is starved by them says nothing of the server. Where nobody counts, it is a plain stopwatch.
/// </summary>
internal sealed class FairStopwatch
{
    private const string Pressure = "/proc/pressure/cpu";

    private readonly Stopwatch _all = Stopwatch.StartNew();
    private readonly TimeSpan _starved = Starved();

    /// <summary>Never more than has passed.</summary>
    public TimeSpan Elapsed => _all.Elapsed - (Starved() - _starved);

    /// <summary>Since the machine was started, by the line <c>some avg10=… avg60=… avg300=… total=MICROSECONDS</c>.</summary>
    private static TimeSpan Starved()
    {
        try
        {
            var line = File.ReadLines(Pressure).First(line => line.StartsWith("some "));
            return TimeSpan.FromMicroseconds(long.Parse(line[(line.LastIndexOf('=') + 1)..], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TimeSpan.Zero;
        }
    }
}
