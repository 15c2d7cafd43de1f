using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Slipway.Engine.Tests.Support;

/// <summary>Runs a property: a moment by default, for <c>SLIPWAY_FUZZ_SECONDS</c> when that is set.</summary>
internal static class Fuzz
{
    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS"), out var seconds)
        ? seconds
        : 0;

    public static void Check<T>(Arbitrary<T> any, Action<T> holds, int times = 300)
    {
        var property = Prop.ForAll(any, holds);
        var watch = Stopwatch.StartNew();
        do
        {
            property.Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithQuietOnSuccess(true));
        } while (watch.Elapsed.TotalSeconds < Seconds);
    }
}
