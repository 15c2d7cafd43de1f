using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Compiler;
using Slipway.Engine.Payloads;
using Slipway.Engine.Tests.Support;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Xunit;
using static Slipway.Compiler.CompiledJob;
using static Slipway.Engine.Tests.Support.Pipelines;

namespace Slipway.Engine.Tests.Payloads;

/// <summary>What of a payload takes more than a shell, in the JSON that gitlab-runner decodes (runner-protocol §4.10, §4.11).</summary>
public class ServerPayloadTests
{
    private static JobPayload Build(CompiledJob job, ImmutableDictionary<string, string>? idTokens = null)
    {
        var pipeline = Of(job);
        var state = Machine.Apply(Machine.Create(pipeline, Noon), new PipelineEvent.Started(0, Noon)).Jobs[0];
        var identity = new JobIdentity
        {
            Id = 1,
            Token = "t",
            PipelineId = 2,
            IdTokens = idTokens ?? ImmutableDictionary<string, string>.Empty,
        };
        return JobPayloads.Build(pipeline, state, identity, [], []);
    }

    private static JsonElement Json(CompiledJob job) => JsonSerializer.SerializeToElement(Build(job), ProtocolJson.Default.JobPayload);

    private static string Secret(SecretSource source, string? token = null, bool file = true, params string[] variables)
    {
        var job = Job("a") with
        {
            IdTokens = [new IdToken("FIRST", ["x"], false), new IdToken("AWS_ID_TOKEN", ["y"], false)],
            Secrets = [new Secret("S", source, file, token)],
            Variables = [.. variables.Select(text => new Variable(text.Split('=')[0], text.Split('=')[1]))],
        };
        return Json(job).GetProperty("secrets").GetProperty("S").GetRawText();
    }

    [Fact]
    public void A_vault_is_found_and_entered_by_GitLabs_variables() =>
        Assert.Equal(
            """{"vault":{"server":{"url":"https://v.test","namespace":"ns","auth":{"name":"jwt","path":"jwt_v2","data":{"jwt":"$FIRST","role":"dev"}}},"engine":{"name":"kv-v2","path":"ops"},"path":"a/b","field":"c"},"file":true}""",
            Secret(
                new SecretSource.Vault("kv-v2", "ops", "a/b", "c"),
                variables: ["VAULT_SERVER_URL=https://v.test", "VAULT_NAMESPACE=ns", "VAULT_AUTH_PATH=jwt_v2", "VAULT_AUTH_ROLE=dev"]
            )
        );

    [Fact]
    public void Without_variables_a_vault_has_GitLabs_defaults() =>
        Assert.Equal(
            """{"vault":{"server":{"url":"","namespace":"","auth":{"name":"jwt","path":"jwt","data":{"jwt":"$MINE"}}},"engine":{"name":"kv-v2","path":"kv-v2"},"path":"p","field":"f"},"file":false}""",
            Secret(new SecretSource.Vault("kv-v2", "kv-v2", "p", "f"), "$MINE", file: false)
        );

    [Fact]
    public void The_clouds_have_theirs()
    {
        Assert.Equal(
            """{"azure_key_vault":{"name":"n","server":{"client_id":"c","tenant_id":"t","jwt":"$FIRST","url":"https://kv"}},"file":true}""",
            Secret(
                new SecretSource.Azure("n", null),
                variables: ["AZURE_CLIENT_ID=c", "AZURE_TENANT_ID=t", "AZURE_KEY_VAULT_SERVER_URL=https://kv"]
            )
        );
        Assert.Equal(
            """{"gcp_secret_manager":{"name":"n","version":"2","server":{"project_number":"7","workload_identity_federation_pool_id":"pool","workload_identity_federation_provider_id":"prov","jwt":"$T"}},"file":true}""",
            Secret(
                new SecretSource.Gcp("n", "2"),
                "$T",
                variables:
                [
                    "GCP_PROJECT_NUMBER=7",
                    "GCP_WORKLOAD_IDENTITY_FEDERATION_POOL_ID=pool",
                    "GCP_WORKLOAD_IDENTITY_FEDERATION_PROVIDER_ID=prov",
                ]
            )
        );
        Assert.Equal(
            """{"aws_secrets_manager":{"secret_id":"app/db","server":{"region":"eu","jwt":"$AWS_ID_TOKEN"},"field":"password","region":"us"},"file":true}""",
            Secret(new SecretSource.Aws("app/db", "password") { Region = "us" }, variables: ["AWS_REGION=eu"])
        );
    }

    [Fact]
    public void A_job_without_secrets_or_steps_says_nothing_of_them()
    {
        var json = Json(Job("a"));
        Assert.False(json.TryGetProperty("secrets", out _));
        Assert.False(json.TryGetProperty("run", out _));
        Assert.Equal("[]", json.GetProperty("inputs").GetRawText());
    }

    [Fact]
    public void Inputs_carry_their_type_and_default()
    {
        var json = Json(Job("a") with { Inputs = [new Input("n", "number", "3"), new Input("l", "array", "[1,\"a\"]")] });
        Assert.Equal(
            """[{"key":"n","value":{"type":"number","content":3,"sensitive":false}},{"key":"l","value":{"type":"array","content":[1,"a"],"sensitive":false}}]""",
            json.GetProperty("inputs").GetRawText()
        );
    }

    [Fact]
    public void Steps_go_as_a_text_of_JSON_and_no_script_with_them()
    {
        var json = Json(Job("a") with { Run = """[{"name":"b","script":"c"}]""", Script = [] });
        Assert.Equal("""[{"name":"b","script":"c"}]""", json.GetProperty("run").GetString());
        Assert.Equal("[]", json.GetProperty("steps").GetRawText());
    }

    [Fact]
    public void A_signed_token_is_a_masked_variable_that_others_beat()
    {
        var job = Job("a") with
        {
            IdTokens = [new IdToken("ONE", ["x"], false), new IdToken("TWO", ["x"], false), new IdToken("ABSENT", ["x"], false)],
            Variables = [new Variable("TWO", "yaml")],
        };
        var variables = Build(
            job,
            ImmutableDictionary<string, string>.Empty.Add("ONE", "jwt1").Add("TWO", "jwt2").Add("OTHER", "x")
        ).Variables;
        Assert.Equal(new Variable("ONE", "jwt1", Public: false, Masked: true), variables.Single(v => v.Key == "ONE"));
        Assert.Equal("yaml", variables.Last(v => v.Key == "TWO").Value);
        Assert.DoesNotContain(variables, v => v.Key is "ABSENT" or "OTHER");
    }
}
