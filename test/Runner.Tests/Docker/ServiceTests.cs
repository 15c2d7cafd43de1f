using System.Collections.Immutable;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>Services beside a job on the real engine.</summary>
[Collection(EngineTests.Name)]
public sealed class ServiceTests(TestEngine engine)
{
    private static readonly ImmutableArray<string> Httpd =
    [
        "sh",
        "-c",
        "mkdir /www; echo hello from $WHO > /www/index.html; exec busybox httpd -f -p 8080 -h /www",
    ];
    private static readonly ImmutableArray<JobImageVariable> Port = [new("HEALTHCHECK_TCP_PORT", "8080")];

    [Fact]
    public async Task A_service_is_reached_by_all_its_names_and_has_its_own_variables()
    {
        await using var job = await JobAsync(
            new JobImage
            {
                Name = "busybox",
                Command = Httpd,
                Alias = "web, site",
                Variables = [.. Port, new("WHO", "$NAME")],
            },
            variables: [new("NAME", "the job"), new("SECRET", "s", Public: false)]
        );
        Assert.Equal(0, await job.RunAsync("for h in busybox web site; do wget -qO- http://$h:8080/; done"));
        Assert.Equal(3, job.Log.Split("hello from the job\n").Length - 1);
        Assert.Contains("Waiting for services to be up and running (timeout 30 seconds)...", job.Log);
        Assert.DoesNotContain("WARNING", job.Log);
    }

    [Fact]
    public async Task A_service_does_not_see_what_is_not_public()
    {
        await using var job = await JobAsync(
            new JobImage
            {
                Name = "busybox",
                Command = ["sh", "-c", "mkdir /www; env > /www/index.html; exec busybox httpd -f -p 8080 -h /www"],
                Variables = Port,
            },
            variables: [new("OPEN", "o"), new("SECRET", "hidden", Public: false), new("INDIRECT", "$SECRET")]
        );
        Assert.Equal(0, await job.RunAsync("wget -qO- http://busybox:8080/"));
        Assert.Contains("OPEN=o\n", job.Log);
        Assert.DoesNotContain("hidden", job.Log);
    }

    [Fact]
    public async Task Services_reach_each_other_and_share_the_job_s_volumes()
    {
        await engine.NeedAsync("busybox");
        var first = new JobImage
        {
            Name = "busybox",
            Command = Httpd,
            Alias = "one",
            Variables = [.. Port, new("WHO", "one")],
        };
        var second = new JobImage
        {
            Name = "busybox:latest",
            Alias = "two",
            Command =
            [
                "sh",
                "-c",
                "until wget -qO /builds/seen http://one:8080/; do sleep 0.1; done; exec busybox httpd -f -p 8080 -h /builds",
            ],
            Variables = Port,
        };
        await using var job = new TestJob(engine.Executors, "busybox", s => s with { Services = [first, second] });
        Assert.Equal(0, await job.RunAsync("cat /builds/seen"));
        Assert.Contains("hello from one\n", job.Log);
        Assert.Contains("Service busybox:latest: busybox is the name of an earlier service already; it is reached as two", job.Log);
    }

    [Fact]
    public async Task A_service_without_a_name_of_its_own_is_left_out()
    {
        var service = new JobImage
        {
            Name = "busybox",
            Command = Httpd,
            Variables = Port,
        };
        await using var job = await JobAsync(service, service);
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.Contains("Service busybox is already created. Ignoring.", job.Log);
    }

    [Fact]
    public async Task A_service_that_ends_at_once_is_reported_with_its_log_and_the_job_goes_on()
    {
        await using var job = await JobAsync(
            new JobImage
            {
                Name = "busybox",
                Command = ["sh", "-c", "echo no database here; exit 3"],
                Variables = Port,
            }
        );
        Assert.Equal(0, await job.RunAsync("echo went on"));
        Assert.Contains("probably didn't start properly", job.Log);
        Assert.Contains("the container ended with exit code 3", job.Log);
        Assert.Contains("no database here", job.Log);
        Assert.Contains("went on\n", job.Log);
    }

    [Fact]
    public async Task A_service_that_has_ended_before_it_is_waited_for_is_reported_the_same()
    {
        // While the second starts, the first is long over.
        await using var job = await JobAsync(
            new JobImage
            {
                Name = "busybox",
                Command = ["sh", "-c", "exit 3"],
                Variables = Port,
            },
            new JobImage
            {
                Name = "busybox",
                Command = Httpd,
                Alias = "web",
                Variables = Port,
            }
        );
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.Contains("Health check error:\nthe container ended with exit code 3\n", job.Log);
    }

    [Fact]
    public async Task A_service_that_does_not_listen_is_waited_for_no_longer_than_configured()
    {
        await using var job = await JobAsync(
            s => s with { Config = s.Config with { WaitForServicesTimeout = 1 } },
            new JobImage
            {
                Name = "busybox",
                Command = ["sleep", "100"],
                Variables = Port,
            }
        );
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.Contains("timeout after 1 seconds: no connection to port 8080", job.Log);
    }

    [Fact]
    public async Task Waiting_can_be_switched_off()
    {
        await using var job = await JobAsync(
            s => s with { Config = s.Config with { WaitForServicesTimeout = -1 } },
            new JobImage { Name = "busybox", Command = ["sleep", "100"] }
        );
        Assert.Equal(0, await job.RunAsync("true"));
        Assert.DoesNotContain("Waiting for services", job.Log);
    }

    [Fact]
    public async Task A_service_that_cannot_be_started_fails_the_job()
    {
        await using var job = await JobAsync(new JobImage { Name = "busybox", Entrypoint = ["/no/such/program"] });
        var error = await Assert.ThrowsAsync<JobFailedException>(() => job.RunAsync("true"));
        Assert.Contains("/no/such/program", error.Message);
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData("host")]
    public async Task On_a_network_without_names_services_are_in_the_hosts_file(string mode)
    {
        // A port that nothing else on the machine should have: with "host" it is the machine's.
        var service = new JobImage
        {
            Name = "busybox",
            Command = ["sh", "-c", "mkdir /www; echo hello > /www/index.html; exec busybox httpd -f -p 38471 -h /www"],
            Alias = "web",
            Variables = [new("HEALTHCHECK_TCP_PORT", "38471")],
        };
        await using var job = await JobAsync(s => s with { Config = s.Config with { NetworkMode = mode } }, service);
        Assert.Equal(0, await job.RunAsync("wget -qO- http://web:38471/; wget -qO- http://busybox:38471/"));
        Assert.Contains("hello\nhello\n", job.Log);
        Assert.DoesNotContain("WARNING", job.Log);
    }

    [Fact]
    public async Task What_services_write_can_be_watched()
    {
        await using var job = await JobAsync(
            new JobImage
            {
                Name = "busybox",
                Command = ["sh", "-c", "echo the service speaks; exec busybox httpd -f -p 8080"],
                Variables = Port,
            },
            variables: [new("CI_DEBUG_SERVICES", "true")]
        );
        Assert.Equal(0, await job.RunAsync("true"));
        await job.UntilLogAsync("the service speaks");
        Assert.Contains("[service:busybox-busybox]", job.Log);
    }

    [Fact]
    public async Task Docker_in_docker_is_ready_before_the_script_and_found_by_the_image_s_entrypoint()
    {
        await engine.NeedAsync("docker:27-cli", "docker:27-dind");
        DockerConfig config = new()
        {
            PullPolicy = ["never"],
            Privileged = true,
            Volumes = ["/certs/client"],
            DisableCache = true,
        };
        await using var job = new TestJob(
            engine.Executors,
            "docker:27-cli",
            s =>
                s with
                {
                    Config = config,
                    Services = [new JobImage { Name = "docker:27-dind" }],
                    Variables = [new("DOCKER_TLS_CERTDIR", "/certs")],
                }
        );
        Assert.Equal(0, await job.RunAsync("echo at $DOCKER_HOST; docker version --format 'server {{.Server.Os}}'; [ -d /builds ]"));
        Assert.Contains("at tcp://docker:2376\n", job.Log);
        Assert.Contains("server linux\n", job.Log);
        Assert.DoesNotContain("WARNING", job.Log);
    }

    [Fact]
    public async Task Docker_in_docker_without_TLS_is_ready_before_the_script()
    {
        await engine.NeedAsync("docker:27-cli", "docker:27-dind");
        DockerConfig config = new() { PullPolicy = ["never"], Privileged = true };
        await using var job = new TestJob(
            engine.Executors,
            "docker:27-cli",
            s =>
                s with
                {
                    Config = config,
                    Services = [new JobImage { Name = "docker:27-dind" }],
                    Variables = [new("DOCKER_TLS_CERTDIR", ""), new("DOCKER_HOST", "tcp://docker:2375")],
                }
        );
        Assert.Equal(0, await job.RunAsync("docker version --format 'server {{.Server.Os}}'"));
        Assert.Contains("server linux\n", job.Log);
        Assert.DoesNotContain("WARNING", job.Log);
    }

    [Theory]
    [InlineData(true, null, "alpine", true)]
    [InlineData(true, false, "alpine", false)]
    [InlineData(false, true, "alpine", true)]
    [InlineData(true, null, "busybox", false)]
    public void A_service_is_privileged_as_configured(bool privileged, bool? services, string allowed, bool expected)
    {
        var config = new DockerConfig
        {
            Privileged = privileged,
            ServicesPrivileged = services,
            AllowedPrivilegedServices = [allowed],
        };
        var image = Executors.Docker.Engine.ImageReference.Parse("alpine")!;
        var plan = new Executors.Docker.Services.ServicePlan(new JobImage { Name = "alpine" }, image, ["alpine"], [], 0, Configured: false);
        Assert.Equal(expected, Executors.Docker.JobPlan.IsPrivileged(config, plan));
    }

    private Task<TestJob> JobAsync(params JobImage[] services) => JobAsync(s => s, services);

    private Task<TestJob> JobAsync(JobImage service, Variable[] variables) => JobAsync(s => s with { Variables = variables }, service);

    private async Task<TestJob> JobAsync(Func<TestJob.Setup, TestJob.Setup> change, params JobImage[] services)
    {
        await engine.NeedAsync("busybox");
        return new TestJob(engine.Executors, "busybox", s => change(s with { Services = services }));
    }
}
