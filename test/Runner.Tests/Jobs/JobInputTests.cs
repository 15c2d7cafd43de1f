using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Jobs;

/// <summary>A job's inputs, and steps in place of a script.</summary>
public sealed class JobInputTests : IDisposable
{
    private readonly TestJob _job = new();

    public void Dispose() => _job.Dispose();

    private static JobInput Input(string key, string type, string json, bool sensitive = false) =>
        new(key, new JobInput.TypedValue(type, JsonDocument.Parse(json).RootElement, sensitive));

    [Fact]
    public async Task Inputs_go_into_scripts_before_a_shell_sees_them()
    {
        _job.Payload = _job.Payload with { Inputs = [Input("who", "string", "\"Sally\""), Input("count", "number", "3")] };
        var result = await _job.Script("echo ${{ job.inputs.who }}", "echo $((${{ job.inputs.count }} + 1))")
            .AfterScript("echo bye ${{ job.inputs.who }}")
            .RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Contains("$ echo Sally\nSally\n", _job.Log);
        Assert.Contains("\n4\n", _job.Log);
        Assert.Contains("\nbye Sally\n", _job.Log);
    }

    [Fact]
    public void Inputs_go_into_all_that_the_protocol_names()
    {
        const string x = "${{ job.inputs.x }}";
        var payload = _job.Payload with
        {
            Inputs = [Input("x", "string", "\"v\"")],
            Image = new JobImage
            {
                Name = x,
                Entrypoint = [x],
                Command = [x],
                PullPolicy = [x],
                ExecutorOpts = new ImageExecutorOptions(new DockerImageOptions(x, x), new KubernetesImageOptions(x)),
            },
            Services = [new JobImage { Name = x, Alias = x }],
            Artifacts =
            [
                new JobArtifact
                {
                    Name = x,
                    Paths = [x],
                    Exclude = [x],
                    When = x,
                    ExpireIn = x,
                },
            ],
            Cache =
            [
                new JobCache
                {
                    Key = x,
                    Paths = [x],
                    Policy = x,
                    When = x,
                    FallbackKeys = [x],
                },
            ],
            Variables = [new Variable("V", x)],
        };
        var expanded = InputExpansion.Apply(payload);
        var json = JsonSerializer.Serialize(expanded, ProtocolJson.Default.JobPayload);
        // The alias and the variable are not among them.
        Assert.Equal(2, json.Split("${{").Length - 1);
        Assert.Equal((x, x), (expanded.Services[0].Alias, expanded.Variables[0].Value));
        Assert.Equal("v", expanded.Image!.ExecutorOpts!.Docker!.User);
    }

    [Fact]
    public async Task A_job_without_inputs_keeps_such_texts()
    {
        var result = await _job.Script("echo 'a ${{ github.ref }} b'").RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Contains("\na ${{ github.ref }} b\n", _job.Log);
    }

    [Fact]
    public async Task The_flag_switches_it_off()
    {
        _job.Payload = _job.Payload with { Inputs = [Input("x", "string", "\"v\"")] };
        await _job.Variables(new Variable("FF_ENABLE_JOB_INPUTS_INTERPOLATION", "false")).Script("echo '${{ job.inputs.x }}'").RunAsync();
        Assert.Contains("\n${{ job.inputs.x }}\n", _job.Log);
    }

    [Theory]
    [InlineData("${{ job.inputs.y }}", false, "failed to interpolate job inputs: there is no \"y\" among x")]
    [InlineData("${{ job.inputs.x }}", true, "failed to interpolate job inputs: the input x is sensitive, and cannot be put into texts")]
    public async Task A_wrong_expression_fails_the_job_before_it_begins(string line, bool sensitive, string message)
    {
        _job.Payload = _job.Payload with { Inputs = [Input("x", "string", "\"v\"", sensitive)] };
        var result = await _job.Script("echo ran", line).RunAsync();
        Assert.Equal(new JobResult(JobOutcome.Failed, null, FailureReason.RunnerConfiguration, message), result);
        Assert.Equal($"ERROR: Job failed: {message}\n", _job.Log);
    }

    [Fact]
    public async Task Each_script_step_has_a_shell_and_an_environment_of_its_own()
    {
        _job.Payload = _job.Payload with
        {
            Run = """
                [{"name":"First","script":"X=1; cd /; echo \"$WHO from $CI_JOB_NAME\"","env":{"WHO":"you & 'me' $HOME"}},
                 {"name":"second","script":"echo \"[$X] [$WHO] $(basename $PWD) ${{ vars.CI_JOB_NAME }} ${{ job.CI_JOB_NAME + '!' }}\""}]
                """,
        };
        var result = await _job.Variables(new Variable("CI_JOB_NAME", "test")).RunAsync();
        Assert.Equal(JobOutcome.Success, result.Outcome);
        Assert.Contains("Executing \"step_first\" stage of the job script\n", _job.Log);
        Assert.Contains("\nyou & 'me' $HOME from test\n", _job.Log);
        Assert.Contains("\n[] [] p test test!\n", _job.Log);
    }

    [Fact]
    public async Task The_first_step_that_fails_ends_the_job()
    {
        _job.Payload = _job.Payload with { Run = """[{"name":"a","script":"exit 4"},{"name":"b","script":"echo never"}]""" };
        var result = await _job.RunAsync();
        Assert.Equal(new JobResult(JobOutcome.Failed, 4, FailureReason.Script, "exit code 4"), result);
        Assert.DoesNotContain("never", _job.Log);
    }

    [Theory]
    [InlineData("step")]
    [InlineData("func")]
    [InlineData("action")]
    public async Task A_step_that_calls_a_function_is_refused_before_anything_runs(string word)
    {
        _job.Payload = _job.Payload with { Run = $$"""[{"name":"a","script":"echo ran"},{"name":"b","{{word}}":"./x"}]""" };
        var result = await _job.RunAsync();
        Assert.Equal(
            (
                FailureReason.RunnerUnsupported,
                $"run: the step b calls a function ({word}), which takes GitLab's step-runner; only steps with a script run here"
            ),
            (result.FailureReason, result.Message)
        );
        Assert.DoesNotContain("ran", _job.Log.Replace("which", ""));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"name\":\"a\"}]")]
    [InlineData("[{\"name\":\"a\",\"script\":\"x\",\"env\":3}]")]
    [InlineData("nonsense")]
    public async Task What_is_no_list_of_steps_fails_the_job(string run)
    {
        _job.Payload = _job.Payload with { Run = run };
        var result = await _job.RunAsync();
        Assert.Equal(FailureReason.RunnerConfiguration, result.FailureReason);
        Assert.StartsWith("run is not a list of steps", result.Message);
    }

    [Fact]
    public async Task Secrets_that_nobody_has_fetched_fail_the_job()
    {
        var secret = new JobSecret { AzureKeyVault = new JobSecret.AzureSecret("n", null, new JobSecret.AzureServer("c", "t", "j", "u")) };
        _job.Payload = _job.Payload with { Secrets = ImmutableSortedDictionary<string, JobSecret>.Empty.Add("S", secret) };
        var result = await _job.Script("echo ran").RunAsync();
        Assert.Equal(FailureReason.RunnerUnsupported, result.FailureReason);
        Assert.Equal("the secrets S cannot be fetched by this runner: it speaks to no vault", result.Message);
    }
}
