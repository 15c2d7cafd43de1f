using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.ServerBench;

/// <summary>
/// The container registry beside Debian's and beside what the machine can do at all. Each step is done by one after the other, again and again, so that whatever else
/// goes on meets all alike; the middle one counts.
/// </summary>
internal static class RegistryRows
{
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    private const int Rounds = 5;
    private const int Hands = 16;
    private static readonly TimeSpan While = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Bench bench)
    {
        var large = Path.GetTempFileName();
        var targets = new List<RegistryTarget> { await RegistryTarget.SlipwayAsync(bench) };
        targets.AddRange(new[] { await RegistryTarget.DebianAsync(), await RegistryTarget.CeilingAsync() }.OfType<RegistryTarget>());
        try
        {
            await LargeAsync(bench, targets, large);
            await SmallAsync(bench, targets);
            foreach (var target in targets)
                Bench.Tell(
                    $"registry: memory, {target.Name}",
                    $"{Memory.AtMost(target.Process):0} MiB at most, {Memory.Of(target.Process):0} MiB now",
                    target == targets[0] ? "150 MiB" : ""
                );
        }
        finally
        {
            File.Delete(large);
            foreach (var target in targets)
                await target.DisposeAsync();
        }
    }

    private static async Task LargeAsync(Bench bench, List<RegistryTarget> targets, string path)
    {
        var bytes = (long)bench.Of(1024) << 20;
        var (ups, first, downs) = (Times(targets), Times(targets), Times(targets));
        var (upWork, downWork) = (Times(targets), Times(targets));
        for (var round = 0; round < Rounds; round++)
        {
            // New bytes each time: what is there already need not be kept.
            var digest = await FillAsync(path, bytes);
            foreach (var target in targets)
            {
                await target.EnterAsync();
                var before = target.Worked();
                ups[target].Add(await RateAsync(() => StreamAsync(target, path, digest)));
                upWork[target].Add(PerGiB(target.Worked() - before));
                first[target].Add(await RateAsync(() => DownAsync(target, digest)));
                before = target.Worked();
                downs[target].Add(await RateAsync(() => DownAsync(target, digest)));
                downWork[target].Add(PerGiB(target.Worked() - before));
            }
        }

        Tell(ups, $"registry: {bytes >> 20} MiB up, streamed", "MiB/s", "1.2 × docker-registry, 0.9 × ceiling");
        // The first time in a day ours are held against their digest on the way.
        Tell(first, $"registry: {bytes >> 20} MiB down, first time", "MiB/s", "");
        Tell(downs, $"registry: {bytes >> 20} MiB down", "MiB/s", "1.0 × docker-registry, 0.9 × ceiling");
        Tell(upWork, "registry: processor time for a GiB up", "ms", "");
        Tell(downWork, "registry: processor time for a GiB down", "ms", "");

        static Task DownAsync(RegistryTarget target, string digest) =>
            target.SendAsync(HttpMethod.Get, target.Address($"blobs/{digest}"), null);

        double PerGiB(double seconds) => seconds * 1000 / bytes * (1 << 30);

        async Task<double> RateAsync(Func<Task> act)
        {
            var begun = Stopwatch.GetTimestamp();
            await act();
            return (bytes >> 20) / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }
    }

    private static async Task SmallAsync(Bench bench, List<RegistryTarget> targets)
    {
        var blob = RandomNumberGenerator.GetBytes(1024);
        var digest = Digest(blob);
        var manifest = Encoding.ASCII.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{Manifest}}","config":{"mediaType":"a/b","size":1024,"digest":"{{digest}}"},"layers":[]}"""
        );
        foreach (var target in targets)
        {
            await target.EnterAsync();
            await PushAsync(target, blob);
            await target.SendAsync(HttpMethod.Put, target.Address("manifests/latest"), Content(manifest, Manifest));
        }

        await StepAsync("manifest GET", "5 × docker-registry", (target, _) => GetAsync(target, HttpMethod.Get, "manifests/latest"));
        await StepAsync("manifest HEAD", "5 × docker-registry", (target, _) => GetAsync(target, HttpMethod.Head, "manifests/latest"));
        await StepAsync("1 KiB blob GET", "5 × docker-registry", (target, _) => GetAsync(target, HttpMethod.Get, $"blobs/{digest}"));
        await StepAsync("1 KiB blob pushed", "2 × docker-registry", (target, _) => PushAsync(target, RandomNumberGenerator.GetBytes(1024)));

        static Task GetAsync(RegistryTarget target, HttpMethod method, string what) => target.SendAsync(method, target.Address(what), null);

        async Task StepAsync(string what, string budget, Func<RegistryTarget, int, Task> act)
        {
            var rates = Times(targets);
            for (var round = 0; round < Rounds; round++)
                foreach (var target in targets)
                {
                    await target.EnterAsync();
                    rates[target].Add(await PerSecondAsync(While / bench.Divisor, hand => act(target, hand)));
                }

            Tell(rates, $"registry: {what}, {Hands} at once", "/s", budget);
        }
    }

    private static async Task<double> PerSecondAsync(TimeSpan time, Func<int, Task> act)
    {
        var (begun, done) = (Stopwatch.GetTimestamp(), 0);
        await Task.WhenAll(Enumerable.Range(0, Hands).Select(hand => Task.Run(() => WorkAsync(hand))));
        return done / Stopwatch.GetElapsedTime(begun).TotalSeconds;

        async Task WorkAsync(int hand)
        {
            while (Stopwatch.GetElapsedTime(begun) < time)
            {
                await act(hand);
                Interlocked.Increment(ref done);
            }
        }
    }

    /// <summary>As Docker pushes: all bytes with one request that does not say how many they are.</summary>
    private static async Task StreamAsync(RegistryTarget target, string path, string digest)
    {
        var location = await BeginAsync(target);
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, useAsync: true))
        {
            using var body = new StreamContent(file, 1 << 17);
            body.Headers.ContentType = new MediaTypeHeaderValue(RegistryTarget.Octets);
            using var patched = await target.SendAsync(HttpMethod.Patch, location, body);
            location = patched.Headers.Location!.ToString();
        }

        await target.SendAsync(HttpMethod.Put, With(location, digest), null);
    }

    private static async Task PushAsync(RegistryTarget target, byte[] blob) =>
        await target.SendAsync(HttpMethod.Put, With(await BeginAsync(target), Digest(blob)), Content(blob, RegistryTarget.Octets));

    private static async Task<string> BeginAsync(RegistryTarget target)
    {
        using var begun = await target.SendAsync(HttpMethod.Post, target.Address("blobs/uploads/"), null);
        return begun.Headers.Location!.ToString();
    }

    private static string With(string location, string digest) => $"{location}{(location.Contains('?') ? '&' : '?')}digest={digest}";

    private static ByteArrayContent Content(byte[] bytes, string type) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };

    private static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    private static async Task<string> FillAsync(string path, long bytes)
    {
        var piece = new byte[1 << 20];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = File.Create(path);
        for (var left = bytes; left > 0; left -= piece.Length)
        {
            RandomNumberGenerator.Fill(piece);
            hash.AppendData(piece);
            await file.WriteAsync(piece);
        }

        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    private static Dictionary<RegistryTarget, List<double>> Times(List<RegistryTarget> targets) =>
        targets.ToDictionary(target => target, _ => new List<double>());

    private static void Tell(Dictionary<RegistryTarget, List<double>> figures, string what, string unit, string budget)
    {
        foreach (var (target, all) in figures)
        {
            var sorted = all.Order().ToList();
            var spread = $"{sorted[0]:0}–{sorted[^1]:0}";
            Bench.Tell($"{what}, {target.Name}", $"{sorted[sorted.Count / 2]:0} {unit} ({spread})", target.Name == "slipway" ? budget : "");
        }
    }
}
