using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F11, its last part: what a killed runner's jobs leave in the engine goes when it is started again, and nothing of anybody who lives.</summary>
public sealed class OrphanTests(Rigs rigs) : IClassFixture<Rigs>, IAsyncDisposable
{
    private const string Image = "busybox";
    private const string Owner = "label=slipway.owner=";

    private const string Settings = $"""
        executor = "docker"
          [runners.docker]
            image = "{Image}"
            pull_policy = "never"
            wait_for_services_timeout = -1
            volumes = ["/kept"]
        """;

    private const string Yaml = $$"""
        workflow: { auto_cancel: { on_new_commit: none } }
        build:
          services: [{ name: {{Image}}, alias: beside, command: [sleep, "3600"] }]
          script: ["sleep 3600"]
        """;

    /// <summary>The second look for what the engine was still busy making comes after 70 seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HashSet<string> _owners = [];
    private readonly HashSet<string> _kept = [];

    private static CancellationToken Ct => Rig.Ct;

    public async ValueTask DisposeAsync()
    {
        foreach (var owner in _owners)
            await RemoveAsync(await LeftAsync(owner));
        await RemoveAsync(new Things([], [], [.. _kept]));
    }

    [Fact]
    public async Task What_a_killed_runner_left_goes_at_its_next_start_and_nothing_else()
    {
        Assert.SkipUnless(await Docker.RunAsync("image", "inspect", Image) is (true, _), $"no {Image} in a Docker engine here");
        var rig = await rigs.OfAsync(DatabaseKind.Sqlite, Yaml);
        using var other = await StartAsync(rig, "other");
        var others = await WorkingAsync(rig, "other");
        // The same configuration and the same folders: another process of the same runner.
        using var twin = await StartAsync(rig, "restarted");
        var twins = await WorkingAsync(rig, "restarted");
        var (ofOther, ofTwin) = (await LeftAsync(others), await LeftAsync(twins));
        var killed = new List<string>();
        var restarted = await StartAsync(rig, "restarted");
        try
        {
            for (var cycle = 0; cycle < Rig.Cycles; cycle++)
            {
                killed.Add(await WorkingAsync(rig, "restarted", isMidway: cycle % 2 == 1));
                restarted.Dispose();
                var orphans = await LeftAsync(killed[^1]);
                TestContext.Current.TestOutputHelper?.WriteLine($"{cycle}: {orphans}");
                if (cycle % 2 == 0)
                    Assert.Equal("2 containers, 1 networks, 1 volumes", orphans.ToString());
                restarted = await StartAsync(rig, "restarted");

                await GoneAsync(killed);
                Assert.Equal(ofOther, await LeftAsync(others));
                Assert.Equal(ofTwin, await LeftAsync(twins));
                foreach (var volume in _kept)
                    Assert.True((await Docker.RunAsync("volume", "inspect", volume)).Ok, "a volume that is meant to stay is gone");
            }

            // When the last of them is forgotten, the engine has made all that it had been asked for.
            if (Rig.IsLong)
                await Rig.UntilAsync(() => Task.FromResult(!Owners(rig, "restarted").Intersect(killed).Any()), Patience);
            await GoneAsync(killed);
        }
        finally
        {
            restarted.Dispose();
        }
    }

    private static Task<RunnerProcess> StartAsync(Rig rig, string name) => RunnerProcess.StartAsync(rig, name, settings: Settings);

    /// <summary>Gives a runner that was just started a job.</summary>
    /// <param name="isMidway">The job is perhaps not all there yet.</param>
    /// <returns>The name of what its process makes, when there is something of it.</returns>
    private async Task<string> WorkingAsync(Rig rig, string name, bool isMidway = false)
    {
        await rig.PushAsync();
        var owner = "";
        await Rig.UntilAsync(async () =>
        {
            owner = Owners(rig, name).Except(_owners).SingleOrDefault("");
            return owner.Length > 0 && (isMidway ? !(await LeftAsync(owner)).IsEmpty : await IsRunningAsync(owner));
        });
        Assert.NotEqual("", owner);
        _owners.Add(owner);
        if (isMidway)
            await Task.Delay(Random.Shared.Next(400), Ct);
        else
            Assert.True(await IsRunningAsync(owner), $"no job of {name} runs");
        return owner;
    }

    /// <summary>The job's container and its service's; what they use that is meant to stay is noted.</summary>
    private async Task<bool> IsRunningAsync(string owner)
    {
        var running = await Docker.ListAsync("ps", "-q", "--filter", Owner + owner);
        if (running.Length != 2)
            return false;
        foreach (var volume in await Docker.ListAsync("inspect", "-f", "{{range .Mounts}}{{println .Name}}{{end}}", running[0], running[1]))
            if (volume.Contains("-cache-"))
                _kept.Add(volume);
        return true;
    }

    /// <summary>Of none of them is anything there, or will be in a moment.</summary>
    private static async Task GoneAsync(IReadOnlyCollection<string> killed)
    {
        string[] left = [];
        await Rig.UntilAsync(async () => (left = [.. (await OfAnyAsync()).Intersect(killed)]).Length == 0, Patience);
        Assert.Empty(left);
    }

    /// <summary>The owners of all there is.</summary>
    private static async Task<IEnumerable<string>> OfAnyAsync()
    {
        var found = new List<string>();
        foreach (
            var list in (string[][])
                [
                    ["ps", "--all"],
                    ["network", "ls"],
                    ["volume", "ls"],
                ]
        )
            found.AddRange(
                await Docker.ListAsync([.. list, "--filter", "label=slipway.owner", "--format", "{{.Label \"slipway.owner\"}}"])
            );
        return found;
    }

    private static IEnumerable<string> Owners(Rig rig, string name) =>
        Path.Combine(RunnerProcess.WorkDir(rig, name), "owners") is var folder && Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, "*.lock", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file)!)
            : [];

    private static async Task<Things> LeftAsync(string owner) =>
        new(
            await Docker.ListAsync("ps", "-aq", "--filter", Owner + owner),
            await Docker.ListAsync("network", "ls", "-q", "--filter", Owner + owner),
            await Docker.ListAsync("volume", "ls", "-q", "--filter", Owner + owner)
        );

    private static async Task RemoveAsync(Things things)
    {
        foreach (var container in things.Containers)
            await Docker.RunAsync("rm", "-f", "-v", container);
        foreach (var network in things.Networks)
            await Docker.RunAsync("network", "rm", network);
        foreach (var volume in things.Volumes)
            await Docker.RunAsync("volume", "rm", volume);
    }

    private sealed record Things(string[] Containers, string[] Networks, string[] Volumes)
    {
        public bool IsEmpty => Containers.Length + Networks.Length + Volumes.Length == 0;

        public bool Equals(Things? other) => other is not null && All.SequenceEqual(other.All);

        private IEnumerable<string> All => [.. Containers.Order(), .. Networks.Order(), .. Volumes.Order()];

        public override int GetHashCode() => All.Aggregate(0, HashCode.Combine);

        public override string ToString() => $"{Containers.Length} containers, {Networks.Length} networks, {Volumes.Length} volumes";
    }
}
