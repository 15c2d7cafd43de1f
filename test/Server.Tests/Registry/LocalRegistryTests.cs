using System.Net;
using System.Security.Cryptography.X509Certificates;
using Slipway.Server.Registry.Local;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>The registry that a local run keeps for its jobs.</summary>
public sealed class LocalRegistryTests
{
    private const string Password = "glcbt-of-the-run";

    [Fact]
    public async Task What_is_pushed_with_the_run_s_password_can_be_pulled_wherever_it_went()
    {
        using var folder = new TemporaryFolder();
        await using var registry = await StartAsync(folder["registry"]);
        using var client = Client(registry, "gitlab-ci-token");
        using var other = Client(registry, "anybody");
        foreach (var name in (string[])["local/app", "local/app/deeper/still", "group/project/image", "api/new", "group/sub"])
        {
            var digest = await client.PushImageAsync(name);
            var manifest = await other.GetAsync($"/v2/{name}/manifests/latest");
            Assert.Equal((200, digest), (manifest.Status, manifest.Headers["Docker-Content-Digest"]));
        }

        Assert.Equal(401, (await client.GetAsync("/v2/alone/manifests/latest")).Status);
    }

    [Fact]
    public async Task Nobody_comes_in_without_the_password()
    {
        using var folder = new TemporaryFolder();
        await using var registry = await StartAsync(folder["registry"]);
        using var client = Client(registry, "gitlab-ci-token");
        await client.PushImageAsync("local/app");
        using var wrong = Client(registry, "gitlab-ci-token", "glcbt-of-another");
        using var nobody = new RegistryClient(Address(registry), null, null);
        Assert.Equal(401, (await wrong.GetAsync("/v2/local/app/manifests/latest")).Status);
        Assert.Equal(401, (await nobody.GetAsync("/v2/local/app/manifests/latest")).Status);
        Assert.Equal(401, (await nobody.GetAsync("/v2/")).Status);
        Assert.Equal(404, (await nobody.GetAsync("/api/v4/version")).Status);
    }

    [Fact]
    public async Task Its_port_speaks_tls_with_its_own_certificate_as_well()
    {
        using var folder = new TemporaryFolder();
        await using var registry = await StartAsync(folder["registry"]);
        using var known = X509Certificate2.CreateFromPem(registry.Certificate);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { known },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        using var http = new HttpClient(handler);
        using var said = await http.GetAsync(new Uri($"https://127.0.0.1:{registry.Port}/v2/"));
        Assert.Equal(HttpStatusCode.Unauthorized, said.StatusCode);
        Assert.Contains($"realm=\"https://127.0.0.1:{registry.Port}/jwt/auth\"", said.Headers.WwwAuthenticate.ToString());
        using var strict = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => strict.GetAsync(new Uri($"https://127.0.0.1:{registry.Port}/v2/")));
    }

    [Fact]
    public async Task The_next_one_on_the_same_folder_has_what_the_last_one_was_sent()
    {
        using var folder = new TemporaryFolder();
        string digest;
        await using (var first = await StartAsync(folder["registry"]))
        {
            using var client = Client(first, "a");
            digest = await client.PushImageAsync("local/app", "1.0");
        }

        await using var second = await LocalRegistry.StartAsync(
            folder["registry"],
            [IPAddress.Loopback],
            "glcbt-of-the-next",
            TimeProvider.System,
            CancellationToken.None
        );
        using var next = Client(second, "a", "glcbt-of-the-next");
        Assert.Equal(digest, (await next.GetAsync("/v2/local/app/manifests/1.0")).Headers["Docker-Content-Digest"]);
        await next.PushImageAsync("local/app", "1.1");
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.3.2.1", true)]
    [InlineData("192.0.2.7", false)]
    [InlineData("8.8.8.8", false)]
    public void Only_this_machine_and_its_containers_are_answered(string address, bool isAnswered) =>
        Assert.Equal(isAnswered, EitherTls.IsFromThisMachine(IPAddress.Parse(address)));

    private static Task<LocalRegistry> StartAsync(string folder) =>
        LocalRegistry.StartAsync(folder, [IPAddress.Loopback], Password, TimeProvider.System, CancellationToken.None);

    private static Uri Address(LocalRegistry registry) => new($"http://127.0.0.1:{registry.Port}");

    private static RegistryClient Client(LocalRegistry registry, string user, string password = Password) =>
        new(Address(registry), user, password);
}
