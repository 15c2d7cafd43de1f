using System.Text.Json;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Engine.Payloads;
using Slipway.Protocol.Jobs;
using Slipway.Server.Pipelines;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

public sealed class CompiledJsonTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private const string Everything = """
        workflow: { name: "Build $CI_COMMIT_BRANCH", auto_cancel: { on_new_commit: interruptible, on_job_failure: all } }
        variables: { A: { value: x, description: d }, B: { value: $A, expand: false } }
        default: { interruptible: true, hooks: { pre_get_sources_script: [echo pre] } }
        full:
          image: { name: "ruby:$A", entrypoint: [""], docker: { platform: linux/amd64, user: dev }, pull_policy: [if-not-present] }
          services: [{ name: "postgres:16", alias: "db pg", command: [-c, a=b], variables: { POSTGRES: x } }]
          id_tokens: { TOKEN: { aud: [https://a.example, https://b.example] } }
          secrets:
            DB: { vault: production/db/password@ops, file: false, token: $TOKEN }
            AZURE: { azure_key_vault: { name: n, version: v }, token: $TOKEN }
            GCP: { gcp_secret_manager: { name: n, version: 2 }, token: $TOKEN }
            AWS: { aws_secrets_manager: { secret_id: s, field: f }, token: $TOKEN }
          cache: [{ key: { files: [a.lock], prefix: p }, paths: [v/], policy: pull, when: always, fallback_keys: [f] }]
          artifacts: { name: n, paths: [out], exclude: [out/x], expire_in: 1 week, access: developer, reports: { junit: r.xml, dotenv: d.env } }
          retry: { max: 2, when: [script_failure], exit_codes: [3, 4] }
          parallel: { matrix: [{ OS: [linux, mac], ARCH: amd64 }] }
          allow_failure: { exit_codes: [7] }
          timeout: 2h
          tags: [fast, $A]
          environment: { name: "review/$A", url: "https://$A.example", on_stop: stop, auto_stop_in: 1 day, deployment_tier: testing }
          resource_group: prod
          coverage: '/\d+%/'
          rules: [{ if: '$CI_COMMIT_BRANCH == "main"', variables: { C: c } }]
          script: [echo 1, echo 2]
          after_script: [echo after]
          release: { tag_name: v1, description: d, assets: { links: [{ name: l, url: "https://example.com/l", link_type: other }] } }
        stop: { script: x, when: manual, environment: { name: "review/$A", action: stop } }
        late: { script: x, when: delayed, start_in: 10 minutes, needs: [{ job: stop, optional: true, artifacts: false }] }
        child: { trigger: { include: [{ local: child.yml, inputs: { a: b } }], strategy: depend, forward: { pipeline_variables: true } } }
        other: { trigger: { project: group/app, branch: main } }
        far: { needs: [{ project: group/app, job: build, ref: main, artifacts: true }], script: x }
        """;

    [Fact]
    public void A_pipeline_with_every_keyword_comes_back_as_it_was()
    {
        var before = PipelineRoom.Compile(Everything);
        var after = CompiledJson.Read(CompiledJson.Write(before));

        Assert.Equal(Text(before), Text(after));
        Assert.Equal(before.Jobs.Select(job => job.IsBridge), after.Jobs.Select(job => job.IsBridge));
    }

    [Fact]
    public void Its_payloads_are_the_same_too()
    {
        var before = PipelineRoom.Compile(Everything);
        var after = CompiledJson.Read(CompiledJson.Write(before));
        foreach (var index in Enumerable.Range(0, before.Jobs.Length).Where(at => !before.Jobs[at].IsBridge))
            Assert.Equal(Payload(before, index), Payload(after, index));
    }

    private static string Payload(CompiledPipeline pipeline, int index)
    {
        var state = Machine.Create(pipeline, DateTimeOffset.UnixEpoch);
        var identity = new JobIdentity
        {
            Id = 7,
            Token = "glcbt-x",
            PipelineId = 3,
        };
        return JsonSerializer.Serialize(JobPayloads.Build(pipeline, state.Jobs[index], identity, [], []), ProtocolJson.Default.JobPayload);
    }

    private static string Text(CompiledPipeline pipeline) =>
        JsonSerializer.Serialize(pipeline with { Context = pipeline.Context with { ChangedPaths = null!, External = null! } }, Indented);
}
