using FsCheck;
using FsCheck.Fluent;

namespace Slipway.Server.Tests.Support;

/// <summary>Runs a property over generated cases. <c>SLIPWAY_FUZZ_SECONDS</c> makes it go on for that long instead of for so many cases.</summary>
internal static class Properties
{
    public static async Task HoldAsync<T>(Gen<T> cases, int count, Func<T, Task> check)
    {
        var until = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS"), out var s) ? s : 0);
        var start = TimeProvider.System.GetTimestamp();
        do
        {
            foreach (var one in cases.Sample(count))
            {
                try
                {
                    await check(one);
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"The property does not hold for {one}: {e.Message}", e);
                }
            }
        } while (TimeProvider.System.GetElapsedTime(start) < until);
    }
}
