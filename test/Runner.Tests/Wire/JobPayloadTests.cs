using System.Text;
using System.Text.Json;
using Slipway.Protocol;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Runner.Tests.Wire;

/// <summary>A payload over the wire and back (runner-protocol §1.2, §4).</summary>
public sealed class JobPayloadTests
{
    private const string Least = """
        {"id":42,"token":"glcbt-x","job_info":{"name":"test","stage":"test"},"git_info":{"repo_url":"","ref":"main","sha":"0123456789"},"runner_info":{"timeout":60}
        """;

    private static JobPayload Read(string members) =>
        WireJson.Read(Encoding.UTF8.GetBytes(Least + members + "}"), ProtocolJson.Default.JobPayload);

    private static JobPayload Full() =>
        Read("") with
        {
            AllowGitFetch = true,
            Variables = [new Variable("A", "1", Public: false, Masked: true, File: true, Raw: true)],
            Steps = [new JobStep { Name = "script", Script = ["echo hi", ""] }],
            Image = new JobImage
            {
                Name = "ruby",
                Entrypoint = [""],
                ExecutorOpts = new ImageExecutorOptions(new DockerImageOptions("linux/arm64", "1000"), new KubernetesImageOptions("7")),
            },
            Services =
            [
                new JobImage
                {
                    Name = "redis",
                    Alias = "r",
                    Variables = [new JobImageVariable("K", "V")],
                },
            ],
            Artifacts =
            [
                new JobArtifact
                {
                    Name = "a",
                    Paths = ["out/"],
                    ExpireIn = "1 week",
                },
            ],
            Cache =
            [
                new JobCache
                {
                    Key = "k",
                    Paths = ["c"],
                    FallbackKeys = ["f"],
                },
            ],
            Dependencies = [new JobDependency(41, "build", "t", new ArtifactsFile("artifacts.zip", 12))],
            Hooks = [new JobHook("pre_get_sources_script", ["echo"])],
            Run = "[]",
        };

    [Fact]
    public void A_payload_comes_back_as_it_was_sent()
    {
        var sent = JsonSerializer.Serialize(Full(), ProtocolJson.Default.JobPayload);

        var again = WireJson.Read(Encoding.UTF8.GetBytes(sent), ProtocolJson.Default.JobPayload);

        Assert.Equal(sent, JsonSerializer.Serialize(again, ProtocolJson.Default.JobPayload));
        Assert.Equal("1000", again.Image!.ExecutorOpts!.Docker!.User);
    }

    [Fact]
    public void What_is_absent_or_null_is_as_if_nothing_had_been_said()
    {
        const string nulls =
            ""","image":null,"steps":null,"services":[{"name":"redis","alias":null,"entrypoint":null,"command":null,"executor_opts":null}],"artifacts":null,"run":null,"policy_options":null,"features":null,"cache":[{"key":null,"paths":null}],"variables":[{"key":"A","value":null,"public":true}]""";
        foreach (var payload in (ReadOnlySpan<JobPayload>)[Read(""), Read(nulls)])
        {
            Assert.Empty(payload.Steps);
            Assert.Empty(payload.Artifacts);
            Assert.Empty(payload.Hooks);
            Assert.Null(payload.Image);
            Assert.Null(payload.Run);
            Assert.Empty(payload.Features.FailureReasons);
            Assert.Equal("sha1", payload.GitInfo.RepoObjectFormat);
            Assert.Empty(payload.GitInfo.Refspecs);
        }

        Assert.Equal("pull-push", Read(nulls).Cache[0].Policy);
        Assert.Equal("", Read(nulls).Variables[0].Value);
    }

    [Fact]
    public void What_is_sent_has_no_null_no_empty_run_and_a_list_for_each_list()
    {
        var json = JsonSerializer.SerializeToElement(Full() with { Run = "", Steps = default }, ProtocolJson.Default.JobPayload);

        Assert.False(json.TryGetProperty("run", out _));
        Assert.Equal(JsonValueKind.Array, json.GetProperty("steps").ValueKind);
        Assert.DoesNotContain("null", json.GetRawText());
        Assert.DoesNotContain("unknown", json.GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(""","steps":[{"name":"script","script":"echo"}]""")]
    [InlineData(""","image":{"name":"a","entrypoint":"sh"}""")]
    [InlineData(""","dependencies":[{"id":"41","name":"b","token":"t"}]""")]
    [InlineData(""","dependencies":[{"id":1.5,"name":"b","token":"t"}]""")]
    [InlineData(""","run":[]""")]
    [InlineData(""","variables":{}""")]
    [InlineData(""","allow_git_fetch":"true" """)]
    [InlineData(""","image":{"name":"a","executor_opts":[]}""")]
    [InlineData(""","image":{"name":"a","executor_opts":{"docker":{"user":true}}}""")]
    [InlineData(""","inputs":[{"key":"a","value":{"type":"string"}}]""")]
    [InlineData(""","a":""")]
    [InlineData(""","\uD800":1""")]
    public void A_wrong_type_makes_the_whole_payload_wrong(string member) => Assert.ThrowsAny<JsonException>(() => Read(member));

    [Fact]
    public void A_user_may_be_a_number_and_an_unknown_option_is_remembered()
    {
        var options = Read(
            ""","image":{"name":"a","executor_opts":{"docker":{"user":1000,"gpus":"all","platform":null},"podman":{}}}"""
        ).Image!.ExecutorOpts!;

        Assert.Equal(new DockerImageOptions(null, "1000"), options.Docker);
        Assert.Equal(["docker.gpus", "podman"], options.Unknown);
    }

    [Fact]
    public void A_null_within_an_input_stays() =>
        Assert.Equal(
            """{"a": null}""",
            Read(""","inputs":[{"key":"a","value":{"type":"struct","content":{"a": null},"sensitive":null}}]""")
                .Inputs[0]
                .Value.Content.GetRawText()
        );
}
