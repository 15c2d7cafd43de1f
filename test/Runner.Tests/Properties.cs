using FsCheck;
using FsCheck.Fluent;

namespace Slipway.Runner.Tests;

/// <summary>Runs a property over generated cases. <c>SLIPWAY_FUZZ_SECONDS</c> makes it go on for that long instead of a few hundred cases.</summary>
internal static class Properties
{
    private const int Cases = 300;

    public static void Hold<T>(Gen<T> cases, Action<T> check)
    {
        var until = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS"), out var s) ? s : 0);
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            foreach (var one in Gen.Sample(cases, Cases))
            {
                try
                {
                    check(one);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"The property does not hold for {one}: {e.Message}", e);
                }
            }
        } while (TimeProvider.System.GetElapsedTime(start) < until);
    }
}
