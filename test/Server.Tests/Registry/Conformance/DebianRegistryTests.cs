using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>
/// The same cases put to another implementation, Debian's docker-registry (distribution 2.8): what it passes we have not made up, and what it fails is known,
/// case by case. A case that passes or fails against this list is a fault of the case, or news.
/// </summary>
public sealed class DebianRegistryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>
    /// It has no push with one POST, no mount from anywhere, no referrers and no deleting of tags; pieces it takes in any order; wants the layers that are elsewhere; has
    /// an answer of its own to what is no digest; and breaks off where a range is beyond the end.
    /// </summary>
    private static readonly string[] Fails256 =
    [
        "1.3 referrers of nothing",
        "2.12 pieces out of order",
        "2.13 pieces out of order, the last with the PUT",
        "2.15 bytes 500-0",
        "2.15 bytes 5000-10000",
        "2.18 not its digest, one POST",
        "2.18 not its digest, pieces out of order",
        "2.18 not its digest, pieces out of order, the last with the PUT",
        "2.2 one POST",
        "2.7 mount from anywhere",
        "3 artifacts-with-subject",
        "3 index-with-subject",
        "3 missing-subject",
        "3 non-distributable-layers",
        "3 tags are deleted",
        "3 tags in the address",
        "4.3 a push to a digest that is none",
        "4.4 a digest that is none",
    ];

    /// <summary>Of SHA-512 it knows little: it takes such blobs, but calls them by their SHA-256, and takes no manifests.</summary>
    private static readonly string[] Passes512 =
    [
        "1.1 ping",
        "1.2 tags of no repository",
        "2.1 a blob that is not there",
        "2.9 an upload given up",
        "2.15 bytes -500",
        "2.15 bytes 2000-5000",
        "2.15 bytes 500-",
        "2.15 bytes 500-1499",
        "2.18 not its digest, POST, then PUT",
        "2.18 not its digest, a stream",
        "2.18 not its digest, one PATCH",
        "2.18 not its digest, pieces",
        "2.18 not its digest, pieces, the last with the PUT",
        "3 not its digest",
        "4.1 an unknown digest",
        "4.2 an unknown tag",
    ];

    [Fact]
    public Task With_sha256_it_fails_what_it_is_known_to_fail() => FailsAsync("sha256", Fails256);

    [Fact]
    public Task With_sha512_it_passes_what_it_is_known_to_pass() =>
        FailsAsync("sha512", [.. Case.All.Select(one => one.Name).Except(Passes512)]);

    private static async Task FailsAsync(string algorithm, IReadOnlyCollection<string> expected)
    {
        using var folder = new TemporaryFolder();
        using var registry = Start(folder.Path);
        Assert.SkipWhen(registry is null, "docker-registry is not installed");
        try
        {
            using var client = new RegistryClient(await AddressAsync(registry), null, null);
            var made = 0;
            var target = new Target(client, algorithm, () => $"conformance/{algorithm}/r{++made}");
            var failed = new List<string>();
            foreach (var one in Case.All)
                if (await FailsAsync(one, target))
                    failed.Add(one.Name);
            Assert.True(
                failed.ToHashSet().SetEquals(expected),
                $"It fails now:\n{Lines(failed.Except(expected))}\nIt passes now:\n{Lines(expected.Except(failed))}"
            );
        }
        finally
        {
            registry.Kill();
            await registry.WaitForExitAsync(Ct);
        }
    }

    private static string Lines(IEnumerable<string> names) => string.Join('\n', names.Order(StringComparer.Ordinal));

    private static async Task<bool> FailsAsync(Case one, Target target)
    {
        try
        {
            await one.RunAsync(target);
            return false;
        }
        // Whatever it is: an answer that has not what the case looks for may be no JSON at all.
        catch (Exception e) when (e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            return true;
        }
    }

    /// <returns>Nothing when there is none here.</returns>
    private static Process? Start(string folder)
    {
        var config = Path.Combine(folder, "config.yml");
        File.WriteAllText(
            config,
            $$"""
            version: 0.1
            log: { level: info, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{folder}}/data }, delete: { enabled: true } }
            http: { addr: "127.0.0.1:0" }
            """
        );
        try
        {
            return Process.Start(
                new ProcessStartInfo("docker-registry", ["serve", config]) { UseShellExecute = false, RedirectStandardError = true }
            );
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>It says where it listens, and goes on saying what it does: nobody may let it wait.</summary>
    private static async Task<Uri> AddressAsync(Process registry)
    {
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        registry.ErrorDataReceived += (_, line) =>
        {
            if (Regex.Match(line.Data ?? "", "listening on ([0-9.:]+)") is { Success: true } match)
                address.TrySetResult(new Uri($"http://{match.Groups[1].Value}/"));
        };
        registry.BeginErrorReadLine();
        return await address.Task.WaitAsync(TimeSpan.FromSeconds(30), Ct);
    }
}
