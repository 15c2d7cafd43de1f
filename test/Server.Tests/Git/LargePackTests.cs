using System.Diagnostics;
using Slipway.Server.Git;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>Half a gigabyte takes minutes and is for the night, which sets <c>SLIPWAY_FUZZ_SECONDS</c>; by day it is a twentieth of that.</summary>
public sealed class LargePackTests
{
    private static readonly bool IsNight = Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS") is not null;
    private static readonly int Megabytes = IsNight ? 500 : 20;

    [Fact]
    public async Task A_large_pack_is_pushed_and_cloned_without_being_held_in_memory()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        // Bytes of chance cannot be packed, and trying would be most of the time.
        await git.OkAsync("config", "core.compression", "0");
        await git.OkAsync("config", "core.bigFileThreshold", "1m");
        var random = new Random(7);
        var block = new byte[1 << 20];
        for (var file = 0; file < 10; file++)
        {
            await using var stream = File.Create(Path.Combine(git.Folder, $"large{file}"));
            for (var n = 0; n < Megabytes / 10; n++)
            {
                random.NextBytes(block);
                await stream.WriteAsync(block, TestContext.Current.CancellationToken);
            }
        }

        await git.CommitAsync("large");
        var before = Process.GetCurrentProcess().PeakWorkingSet64;
        var push = await git.RunAsync("push", "origin", "main");
        Assert.True(push.Ok, push.Said);
        var (clone, result) = await server.CloneAsync(server.Url, "clone");
        Assert.True(result.Ok, result.Said);
        Assert.Equal(await git.LineAsync("rev-parse", "HEAD"), await clone.LineAsync("rev-parse", "HEAD"));
        var grown = Process.GetCurrentProcess().PeakWorkingSet64 - before;
        // By day other tests run in the same process.
        Assert.True(!IsNight || grown < 200L << 20, $"the server grew by {grown >> 20} MiB");
        var fsck = await server.Repository.RunAsync(
            new GitCall("fsck", "--strict") { Limit = TimeSpan.FromMinutes(10) },
            TestContext.Current.CancellationToken
        );
        Assert.True(fsck.Ok, fsck.Complaint);
    }
}
