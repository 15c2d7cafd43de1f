using System.Text;
using System.Text.Json.Nodes;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class RegistryPagesTests
{
    private const string List = "/ada/app/-/container_registry";

    private const string Config = """
        {
          "created": "2024-02-03T04:05:06Z", "architecture": "arm64", "variant": "v8", "os": "linux", "author": "<b>Ada</b>",
          "config": {
            "Env": ["PATH=/bin", "NAME=<script>"], "Entrypoint": ["/app"], "Cmd": ["--serve"], "WorkingDir": "/srv",
            "ExposedPorts": {"8080/tcp": {}}, "Labels": {"org.label": "<i>one</i>"}
          },
          "history": [
            {"created_by": "/bin/sh -c #(nop) ADD file:1 in / "},
            {"created_by": "/bin/sh -c #(nop) ENV NAME=<script>", "empty_layer": true},
            {"created_by": "RUN /bin/sh -c make # buildkit"}
          ]
        }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Repositories_tags_and_one_image_are_shown_and_deleted(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        using var client = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        var browser = await room.SignedInAsync();
        var empty = await browser.GetAsync(List);
        Assert.Contains("No images yet", empty.Text);
        Assert.Contains("docker login ", empty.Text);
        PageCheck.Inert(empty.Text);

        var digest = await PushAsync(client, "ada/app/web", "v1.0");
        await PushAsync(client, "ada/app/web", "latest");
        var repositories = await browser.GetAsync(List);
        PageCheck.Inert(repositories.Text);
        Assert.Contains("2 tags", repositories.Text);
        var id = await room.Server.Db.FindAsync<long>("SELECT id FROM registry_repositories", null, Ct);
        Assert.Contains($"href=\"{List}/{id}\"", repositories.Text);

        var tags = await browser.GetAsync($"/ada/app/container_registry/{id}?sort=size");
        PageCheck.Inert(tags.Text);
        Assert.Contains(digest[..19], tags.Text);
        Assert.True(tags.Text.IndexOf(">latest<", StringComparison.Ordinal) < tags.Text.IndexOf(">v1.0<", StringComparison.Ordinal));
        Assert.DoesNotContain(">latest<", (await browser.GetAsync($"{List}/{id}?search=V1.")).Text);
        Assert.Contains("No tag is called like that", (await browser.GetAsync($"{List}/{id}?search=%25")).Text);

        var page = await browser.GetAsync($"{List}/{id}/tags/v1.0");
        PageCheck.Inert(page.Text);
        var host = room.Server.Address.Authority;
        foreach (
            var words in (string[])
                [
                    $"docker pull {host}/ada/app/web:v1.0",
                    $"docker pull {host}/ada/app/web@{digest}",
                    "linux/arm64/v8",
                    "ADD file:1 in /<",
                    "ENV NAME=&lt;script&gt;<",
                    "RUN /bin/sh -c make<",
                    "no layer",
                    "/app",
                    "8080/tcp",
                    "&lt;i&gt;one&lt;/i&gt;",
                    "&lt;b&gt;Ada",
                    "The image stays at latest.",
                ]
        )
            Assert.Contains(words, page.Text);

        Assert.Equal(303, (await browser.PostAsync($"{List}/{id}/tags/latest/delete", page.Token)).Status);
        Assert.Equal(404, (await browser.GetAsync($"{List}/{id}/tags/latest")).Status);
        Assert.Equal(404, (await browser.PostAsync($"{List}/{id}/tags/latest/delete", page.Token)).Status);
        Assert.Equal(303, (await browser.PostAsync($"{List}/{id}/manifests/{digest}/delete", page.Token)).Status);
        Assert.Contains("No tags", (await browser.GetAsync($"{List}/{id}")).Text);
        Assert.Equal((303, List), Brief(await browser.PostAsync($"{List}/{id}/delete", page.Token)));
        Assert.Equal(404, (await browser.GetAsync($"{List}/{id}")).Status);
    }

    [Fact]
    public async Task An_index_shows_its_platforms_and_what_refers_to_it()
    {
        await using var room = await PageRoom.OpenAsync();
        using var client = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        var browser = await room.SignedInAsync();
        var digest = await PushAsync(client, "ada/app", "one");
        var image = (await client.GetAsync($"/v2/ada/app/manifests/{digest}")).Body;
        var part = Images.Descriptor(Images.OciImage, image);
        part["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "arm64" };
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Images.OciIndex,
            ["manifests"] = new JsonArray(part),
            ["annotations"] = new JsonObject { ["who"] = "<u>me</u>" },
        }.ToBytes();
        await client.PutAsync("ada/app", "all", index, Images.OciIndex);
        var config = "{}"u8.ToArray();
        await client.PushAsync("ada/app", config);
        var signature = Images.Image(config);
        signature["artifactType"] = "application/vnd.example.signature<x>";
        signature["subject"] = Images.Descriptor(Images.OciIndex, index);
        Assert.Equal(201, (await client.PutAsync("ada/app", "sig", signature.ToBytes())).Status);

        var id = await room.Server.Db.FindAsync<long>("SELECT id FROM registry_repositories", null, Ct);
        var page = await browser.GetAsync($"{List}/{id}/tags/all");
        PageCheck.Inert(page.Text);
        foreach (
            var words in (string[])
                ["multi-platform", "linux/arm64", $"/manifests/{Uri.EscapeDataString(digest)}", "signature&lt;x&gt;", "&lt;u&gt;me"]
        )
            Assert.Contains(words, page.Text);
        var needed = await browser.PostAsync($"{List}/{id}/manifests/{digest}/delete", page.Token);
        Assert.Equal(409, needed.Status);
        var below = await browser.GetAsync($"{List}/{id}/manifests/{digest}");
        Assert.Contains("linux/arm64/v8", below.Text);
        Assert.Equal(404, (await browser.GetAsync($"{List}/{id}/manifests/sha256:12")).Status);
        Assert.Contains("oras pull", (await browser.GetAsync($"{List}/{id}/tags/sig")).Text);
    }

    [Fact]
    public async Task Who_may_not_delete_sees_no_button_and_who_may_not_pull_sees_nothing()
    {
        await using var room = await PageRoom.OpenAsync();
        using var client = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        await PushAsync(client, "ada/app", "v1");
        var id = await room.Server.Db.FindAsync<long>("SELECT id FROM registry_repositories", null, Ct);
        var eve = await room.Server.UserAsync("eve", password: PageRoom.Password);
        var browser = await room.SignedInAsync("eve");
        Assert.Equal(404, (await browser.GetAsync(List)).Status);
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), eve.Row, Role.Reporter);
        foreach (var path in (string[])[List, $"{List}/{id}", $"{List}/{id}/tags/v1"])
        {
            var page = await browser.GetAsync(path);
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("danger", page.Text);
        }

        var token = (await browser.GetAsync(List)).Token;
        Assert.Equal(404, (await browser.PostAsync($"{List}/{id}/tags/v1/delete", token)).Status);
        await room.Owner.Client.PutApiAsync("projects/ada%2Fapp", new { container_registry_enabled = false });
        Assert.Equal(404, (await browser.GetAsync(List)).Status);
        Assert.DoesNotContain("container_registry", (await browser.GetAsync("/ada/app/-/pipelines")).Text);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"config": 5, "layers": {}, "manifests": [1, null, {"digest": 7}], "annotations": []}""")]
    [InlineData("""{"config": {"digest": []}, "layers": [{"digest": "x", "size": 99999999999999999999}], "history": 3}""")]
    public void What_is_not_as_it_should_be_is_passed_over(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.NotNull(ImageReading.ReadManifest(bytes));
        _ = ImageReading.ReadConfig(bytes);
        Assert.Empty(ImageReading.ReadManifest(bytes).Manifests);
    }

    [Fact]
    public void Long_lists_deep_nesting_and_long_words_are_cut()
    {
        var many = string.Join(',', Enumerable.Repeat("""{"created_by":"x"}""", 5000));
        var config = ImageReading.ReadConfig(
            Encoding.UTF8.GetBytes($$"""{"author":"{{new string('a', 100_000)}}","history":[{{many}}]}""")
        )!;
        Assert.Equal(ImageReading.Most, config.History.Count);
        Assert.Equal(4001, config.Author!.Length);
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"config":""", 1000)) + "1" + new string('}', 1000));
        Assert.Null(ImageReading.ReadConfig(deep));
    }

    private static (int, string?) Brief(Shown shown) => (shown.Status, shown.Location);

    /// <summary>An image of two layers with a config that says much.</summary>
    private static async Task<string> PushAsync(RegistryClient client, string repository, string tag)
    {
        byte[][] layers =
        [
            [1, 2, 3],
            [4, 5],
        ];
        var config = Encoding.UTF8.GetBytes(Config);
        foreach (var blob in layers.Append(config))
            await client.PushAsync(repository, blob);
        var put = await client.PutAsync(repository, tag, Images.Image(config, layers).ToBytes());
        Assert.Equal((201, ""), (put.Status, put.Text));
        return put.Headers["Docker-Content-Digest"];
    }
}
