using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Cli.Images;
using Slipway.Cli.Tests.Support;
using Slipway.Server;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary><c>slipway registry</c> against a server of the test's own.</summary>
public sealed class RegistryCommandTests : IAsyncLifetime
{
    private const string Image = "application/vnd.oci.image.manifest.v1+json";
    private const string Index = "application/vnd.oci.image.index.v1+json";

    private static readonly HttpClient s_http = new();

    private readonly TemporaryFolder _folder = new();
    private SlipwayServer _server = null!;
    private string _token = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.Path, "data");

    private string Host => _server.Address.Authority;

    public async ValueTask InitializeAsync()
    {
        var options = new ServerOptions { DataFolder = Data, Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        _server = await SlipwayServer.StartAsync(options, TimeProvider.System, _ => { }, Ct);
        await using var data = await Administration.OpenAsync(options, TimeProvider.System, Ct);
        await data.CreateUserAsync("ada", "Ada", "ada@example.com", null, admin: true, Ct);
        foreach (var project in (string[])["ada/app", "ada/other"])
            await data.CreateProjectAsync(project, "private", Ct);
        (_, _token) = await data.CreateTokenAsync("ada", "test", ["api"], null, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Images_are_listed_looked_at_copied_and_deleted()
    {
        var digest = await PushAsync("ada/app/web", "all");
        Assert.Equal($"REPOSITORY   TAGS  CREATED\nada/app/web  2     {DateTime.UtcNow:yyyy-MM-dd}\n", Run("list ada/app").Out);
        Assert.Equal(2, Json("list ada/app --json")[0].GetProperty("tags_count").GetInt32());
        Assert.Equal("ada/app/web\n", Run("list").Out);
        Assert.Equal("all\none\n", Run("tags ada/app/web").Out);
        Assert.Equal(["all", "one"], Json("tags ada/app/web --json").GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));

        var all = Run("inspect ada/app/web:all");
        foreach (var words in (string[])[$"{Host}/ada/app/web:all", digest, "platforms", "linux/arm64", "who=me\\x1b[31m"])
            Assert.Contains(words, all.Out);
        var one = Json("inspect ada/app/web:one --json");
        Assert.Equal(("linux/arm64", 3 + 37), (one.GetProperty("platform").GetString(), one.GetProperty("size").GetInt32()));
        Assert.Equal(digest, RemoteRepository.DigestOf(Encoding.UTF8.GetBytes(Run("inspect --raw ada/app/web:all").Out)));

        // Another tag sends nothing, another project takes the layers over.
        Assert.Equal(2, Json("copy ada/app/web:all ada/app/web:copy --json").GetProperty("blobs_there").GetInt32());
        var copied = Json("copy ada/app/web:all ada/other --json");
        Assert.Equal(
            ($"{Host}/ada/other:all", digest, 2, 2, 0),
            (
                copied.GetProperty("to").GetString(),
                copied.GetProperty("digest").GetString(),
                copied.GetProperty("manifests").GetInt32(),
                copied.GetProperty("blobs_mounted").GetInt32(),
                copied.GetProperty("bytes").GetInt32()
            )
        );
        Assert.Equal("all\n", Run("tags ada/other").Out);

        Assert.Equal(ExitCode.Usage, Run("delete ada/other:all").Exit);
        Assert.Equal((0, "", $"deleted {Host}/ada/other:all\n"), Run("delete ada/other:all --yes"));
        Assert.Equal(ExitCode.NotFound, Run("delete ada/other:all --yes").Exit);
        Assert.Equal(0, Run($"delete ada/app/web@{digest} --yes").Exit);
        Assert.Equal("one\n", Run("tags ada/app/web").Out);
    }

    [Fact]
    public async Task An_image_goes_from_one_registry_to_another_byte_by_byte()
    {
        var digest = await PushAsync("ada/app", "all");
        var options = new ServerOptions
        {
            DataFolder = Path.Combine(_folder.Path, "second"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
        };
        await using var second = await SlipwayServer.StartAsync(options, TimeProvider.System, _ => { }, Ct);
        await using var data = await Administration.OpenAsync(options, TimeProvider.System, Ct);
        await data.CreateUserAsync("eve", "Eve", "eve@example.com", null, admin: false, Ct);
        await data.CreateProjectAsync("eve/mirror", "private", Ct);
        var (_, token) = await data.CreateTokenAsync("eve", "test", ["read_registry", "write_registry"], null, Ct);
        var docker = Path.Combine(_folder.Path, "docker");
        Directory.CreateDirectory(docker);
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"eve:{token}"));
        await File.WriteAllTextAsync(
            Path.Combine(docker, "config.json"),
            $$$$"""{"auths": {"{{{{second.Address.Authority}}}}": {"auth": "{{{{auth}}}}"}}}""",
            Ct
        );
        var copied = Json($"copy ada/app:all {second.Address.Authority}/eve/mirror:new --json", docker);
        Assert.Equal((2, 40), (copied.GetProperty("blobs_copied").GetInt32(), copied.GetProperty("bytes").GetInt32()));
        Assert.Contains(digest, Run($"inspect {second.Address.Authority}/eve/mirror:new", docker).Out);
        Assert.Equal(ExitCode.Authentication, Run($"tags {second.Address.Authority}/eve/mirror").Exit);
    }

    [Fact]
    public async Task What_refers_to_an_image_comes_along_when_that_is_wanted()
    {
        var digest = await PushAsync("ada/app", "all");
        var from = Remote("ada/app");
        var to = Remote("ada/other");
        var signature = await ReferAsync(from, digest, "signature");
        var timestamp = await ReferAsync(from, signature, "timestamp");
        Assert.Equal(0, Json("copy ada/app:all ada/other:plain --json").GetProperty("referrers").GetInt32());
        Assert.Empty(await to.ReferrersAsync(digest, Ct));

        var copied = Json("copy --referrers ada/app:all ada/other:signed --json");
        Assert.Equal((4, 2), (copied.GetProperty("manifests").GetInt32(), copied.GetProperty("referrers").GetInt32()));
        Assert.Equal(signature, ReferrersTag.DigestOf(Assert.Single(await to.ReferrersAsync(digest, Ct))));
        Assert.Equal(timestamp, ReferrersTag.DigestOf(Assert.Single(await to.ReferrersAsync(signature, Ct))));
        Assert.Equal(digest, (await to.ManifestAsync("signed", Ct)).Digest);

        // As where the registry does not know itself what refers to what.
        await to.TagReferrersAsync(digest, await to.ReferrersAsync(digest, Ct), Ct);
        await to.TagReferrersAsync(digest, await to.ReferrersAsync(signature, Ct), Ct);
        await to.TagReferrersAsync(digest, await to.ReferrersAsync(digest, Ct), Ct);
        var tagged = ReferrersTag.Read(await to.ManifestAsync(digest.Replace(':', '-'), Ct));
        Assert.Equal([signature, timestamp], tagged.Select(ReferrersTag.DigestOf));
        Assert.Throws<RegistryException>(() => ReferrersTag.DigestOf("[]"));
    }

    [Fact]
    public void What_cannot_be_done_says_why()
    {
        Assert.Equal(ExitCode.NotFound, Run("list ada/none").Exit);
        Assert.Equal(ExitCode.Usage, Run("inspect ada/app:").Exit);
        Assert.Equal(ExitCode.Usage, Run("tags ada/app:latest").Exit);
        var unknown = Run("inspect ada/app:none");
        Assert.Equal(ExitCode.NotFound, unknown.Exit);
        var wrong = Run("tags ada/app", token: "glpat-wrong");
        Assert.Equal(ExitCode.Authentication, wrong.Exit);
        Assert.Contains("= --token, or docker login", wrong.Error);
        var (listener, port) = Loopback.Listen();
        listener.Close();
        Assert.Equal(ExitCode.Unreachable, Run($"tags 127.0.0.1:{port}/a/b").Exit);
    }

    [Fact]
    public async Task Usage_collection_and_verification_work_on_the_data()
    {
        Assert.Equal("there are no images\n", Run($"usage --data {Data}").Error);
        await PushAsync("ada/app", "all");
        var bytes = Json($"usage --data {Data} --json")[0].GetProperty("bytes").GetInt32();
        Assert.InRange(bytes, 100, 1023);
        Assert.Equal($"PROJECT  REPOSITORIES  SIZE   QUOTA\nada/app  1             {bytes} B\n", Run($"usage --data {Data}").Out);
        Assert.Equal("none of its own\n", Run($"quota ada/app --data {Data}").Out);
        Assert.Equal("20 GiB\n", Run($"quota ada/app 20g --data {Data}").Out);
        Assert.Contains("20 GiB", Run($"usage --data {Data}").Out);
        Assert.Equal(500 << 20, Json($"quota ada/app 500m --data {Data} --json").GetProperty("quota").GetInt64());
        Assert.Equal("none of its own\n", Run($"quota ada/app none --data {Data}").Out);
        Assert.Equal(ExitCode.Usage, Run($"quota ada/app much --data {Data}").Exit);
        Assert.Equal(ExitCode.NotFound, Run($"quota ada/none 20g --data {Data}").Exit);
        Run("delete ada/app:all --yes");
        Run("delete ada/app:one --yes");
        var waiting = Json($"gc --dry-run --data {Data} --json");
        Assert.Equal((2, 0), (waiting.GetProperty("waiting_images").GetInt32(), waiting.GetProperty("images").GetInt32()));
        Assert.Contains("removed 0 images and 0 layers", Run($"gc --data {Data}").Out);
        var sound = Run($"verify --data {Data}");
        Assert.Equal(0, sound.Exit);
        Assert.Contains("every layer has its bytes", sound.Out);
        Assert.DoesNotContain("pipeline", sound.Out);
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(Data, "blobs"), "*", SearchOption.AllDirectories))
            await File.WriteAllTextAsync(blob, "changed", Ct);
        var damaged = Run($"verify --data {Data}");
        Assert.Equal(ExitCode.Failed, damaged.Exit);
        Assert.Contains("are mended by the next push of the images", damaged.Error);
    }

    [Theory]
    [InlineData("group/app", "https://ci.example.com/ group/app ")]
    [InlineData("group/app:1.0", "https://ci.example.com/ group/app 1.0")]
    [InlineData("localhost:5000/app:1", "http://localhost:5000/ app 1")]
    [InlineData("ci.example.com/app", "https://ci.example.com/ app ")]
    [InlineData("registry.example.com:444/a/b:x@sha256:12", "https://registry.example.com:444/ a/b sha256:12")]
    [InlineData("127.0.0.1:80/a", "http://127.0.0.1/ a ")]
    [InlineData("group/../app", null)]
    [InlineData("group//app", null)]
    [InlineData("group/app:", null)]
    [InlineData("user@evil.example.com/a", null)]
    [InlineData("evil.example.com?/a", null)]
    [InlineData("a b/c", null)]
    [InlineData("", null)]
    public void Names_of_images_are_read_as_docker_reads_them(string text, string? expected)
    {
        var image = ImageName.Parse(text, new Uri("https://ci.example.com/"));
        Assert.Equal(expected, image is null ? null : $"{image.Registry} {image.Repository} {image.Reference}");
    }

    [Theory]
    [InlineData("Bearer realm=\"https://a/t?x=1,2\",service=\"s\",scope=\"repository:a:pull,push\"", "bearer https://a/t?x=1,2 s")]
    [InlineData("Basic realm=\"a\"", "basic a ")]
    [InlineData("Bearer", "bearer  ")]
    [InlineData("Bearer realm=", "bearer  ")]
    public void Challenges_are_read(string header, string expected)
    {
        var challenge = Challenge.Parse(header)!;
        Assert.Equal(expected, $"{challenge.Scheme} {challenge.Realm} {challenge.Service}");
    }

    private (int Exit, string Out, string Error) Run(string line, string? docker = null, string? token = null)
    {
        var environment = new Dictionary<string, string> { ["HOME"] = _folder.Path, ["SLIPWAY_SERVER"] = $"{_server.Address}" };
        environment["SLIPWAY_TOKEN"] = token ?? _token;
        if (docker is not null)
            environment["DOCKER_CONFIG"] = docker;
        using var fake = new FakeSurroundings(_folder.Path, environment: environment);
        var exit = SlipwayProgram.Run(["registry", .. line.Split(' ')], fake.Value);
        return (exit, fake.Out, fake.Error);
    }

    private JsonElement Json(string line, string? docker = null)
    {
        var (exit, output, error) = Run(line, docker);
        Assert.Equal((0, ""), (exit, exit == 0 ? "" : error));
        return JsonDocument.Parse(output).RootElement;
    }

    /// <summary>An index of one image at a tag, and the image at the tag <c>one</c>.</summary>
    /// <returns>The index's digest.</returns>
    private async Task<string> PushAsync(string repository, string tag)
    {
        var remote = Remote(repository);
        var config = """{"os":"linux","architecture":"arm64"}"""u8.ToArray();
        byte[] layer = [1, 2, 3];
        foreach (var blob in (byte[][])[config, layer])
        {
            var digest = RemoteRepository.DigestOf(blob);
            await remote.UploadAsync((await remote.BeginAsync(digest, null, Ct))!, digest, new MemoryStream(blob), blob.Length, Ct);
        }

        var image = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Image,
            ["config"] = Part("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(Part("application/vnd.oci.image.layer.v1.tar", layer)),
        };
        var bytes = Encoding.UTF8.GetBytes(image.ToJsonString());
        await remote.PutAsync(new RemoteManifest(bytes, Image, RemoteRepository.DigestOf(bytes)), "one", Ct);
        var part = Part(Image, bytes);
        part["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "arm64" };
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Index,
            ["manifests"] = new JsonArray(part),
            ["annotations"] = new JsonObject { ["who"] = "me\e[31m" },
        };
        var whole = Encoding.UTF8.GetBytes(index.ToJsonString());
        var pushed = new RemoteManifest(whole, Index, RemoteRepository.DigestOf(whole));
        await remote.PutAsync(pushed, tag, Ct);
        return pushed.Digest;
    }

    private RemoteRepository Remote(string repository)
    {
        var login = new Login("any", _token);
        return new(
            new RegistryDoor(s_http, _server.Address, login, [$"repository:{repository}:pull,push"], TimeProvider.System),
            repository
        );
    }

    /// <summary>An artifact that says something about a manifest.</summary>
    private static async Task<string> ReferAsync(RemoteRepository remote, string subject, string type)
    {
        var about = await remote.ManifestAsync(subject, Ct);
        var empty = "{}"u8.ToArray();
        if (await remote.BeginAsync(RemoteRepository.DigestOf(empty), null, Ct) is { } upload)
            await remote.UploadAsync(upload, RemoteRepository.DigestOf(empty), new MemoryStream(empty), empty.Length, Ct);
        var artifact = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Image,
            ["artifactType"] = $"application/vnd.example.{type}",
            ["config"] = Part("application/vnd.oci.empty.v1+json", empty),
            ["layers"] = new JsonArray(Part("application/vnd.oci.empty.v1+json", empty)),
            ["subject"] = Part(about.MediaType, about.Content),
        };
        var bytes = Encoding.UTF8.GetBytes(artifact.ToJsonString());
        var manifest = new RemoteManifest(bytes, Image, RemoteRepository.DigestOf(bytes));
        Assert.True(await remote.PutAsync(manifest, manifest.Digest, Ct));
        return manifest.Digest;
    }

    private static JsonObject Part(string mediaType, byte[] bytes) =>
        new()
        {
            ["mediaType"] = mediaType,
            ["digest"] = RemoteRepository.DigestOf(bytes),
            ["size"] = bytes.Length,
        };
}
