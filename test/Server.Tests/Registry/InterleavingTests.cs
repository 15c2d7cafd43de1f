using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>
/// F9b: pushes, mounts, deletions, collecting and sweeping in all orders that come about (reliability-security A4). No image that was acknowledged is lost and no
/// layer of it, who was told of a layer can use it for the grace, and what is garbage has gone after two rounds. <c>SLIPWAY_INTERLEAVINGS</c> says how many.
/// </summary>
public sealed class InterleavingTests
{
    private static readonly int s_rounds = int.TryParse(System.Environment.GetEnvironmentVariable("SLIPWAY_INTERLEAVINGS"), out var rounds)
        ? rounds
        : 200;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task No_image_that_was_acknowledged_is_lost_whoever_cleans_up_meanwhile(DatabaseKind kind)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (acknowledged, clock) = (0, new Clock(TimeProvider.System.GetUtcNow()));
        var layers = Enumerable.Range(0, 5).Select(_ => Images.Bytes(40)).ToArray();
        for (var round = 0; round < Rounds(kind); round++)
        {
            // Every other round, things go as soon as they are seen to be unneeded.
            var play = new Interleaving(room, clock, layers, seed + round, round % 2 == 0 ? TimeSpan.Zero : TimeSpan.FromDays(1));
            await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(number => Task.Run(() => play.PushAsync(number, Ct), Ct))
                    // As two servers on one database do.
                    .Append(Task.Run(() => play.CollectAsync(Ct), Ct))
                    .Append(Task.Run(() => play.CollectAsync(Ct), Ct))
                    .Append(Task.Run(() => play.SweepAsync(Ct), Ct))
            );
            var wrong = await play.WrongAsync(Ct);
            Assert.True(wrong.Count == 0, $"seed {seed}, round {round}:\n{string.Join('\n', wrong)}");
            acknowledged += play.Acknowledged;
            if (round % 4 >= 2)
                Assert.Equal((seed, round, 0), (seed, round, await play.LeftAsync(Ct)));
        }

        // Most of what is tried comes about; else this would show nothing.
        Assert.True(acknowledged > Rounds(kind), $"{acknowledged} images in {Rounds(kind)} rounds");
        var found = await Doctor.ExamineAsync(room.Server.Options, deep: true, TimeProvider.System, _ => { }, Ct);
        Assert.Equal([], found.Checks.SelectMany(check => check.Troubles).Select(trouble => trouble.What));
    }

    /// <summary>PostgreSQL takes its time, and the same steps.</summary>
    private static int Rounds(DatabaseKind kind) => kind == DatabaseKind.Sqlite ? s_rounds * 3 / 4 : s_rounds / 4;
}
