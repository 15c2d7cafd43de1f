using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Services;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class ServiceCheckTests
{
    [Fact]
    public void Any_announced_TCP_port_will_do() =>
        Assert.Equal([2375, 2376], Assert.IsType<ServiceCheck.AnyPort>(Of(ports: ["2376/tcp", "2375/tcp", "53/udp"])).Ports);

    [Fact]
    public void Only_the_twenty_lowest_ports_are_tried() =>
        Assert.Equal(
            Enumerable.Range(1, 20),
            Assert.IsType<ServiceCheck.AnyPort>(Of(ports: [.. Enumerable.Range(1, 40).Reverse().Select(p => $"{p}/tcp")])).Ports
        );

    [Fact]
    public void HEALTHCHECK_TCP_PORT_beats_everything() =>
        Assert.Equal(
            [8080],
            Assert.IsType<ServiceCheck.AnyPort>(Of(ports: ["80/tcp"], test: ["CMD", "x"], env: ["HEALTHCHECK_TCP_PORT=8080"])).Ports
        );

    [Fact]
    public void A_health_check_of_the_image_beats_its_ports() =>
        Assert.Equal(
            ["/bin/sh", "-c", "pg_isready"],
            Assert.IsType<ServiceCheck.Command>(Of(ports: ["80/tcp"], test: ["CMD-SHELL", "pg_isready"])).Words
        );

    [Fact]
    public void A_health_check_that_was_switched_off_does_not_count() =>
        Assert.IsType<ServiceCheck.AnyPort>(Of(ports: ["80/tcp"], test: ["NONE"]));

    [Theory]
    [InlineData("53/udp")]
    [InlineData("x/tcp")]
    [InlineData("0/tcp")]
    [InlineData("70000/tcp")]
    public void Without_a_TCP_port_there_is_nothing_to_try(string port) => Assert.IsType<ServiceCheck.Nothing>(Of(ports: [port]));

    [Fact]
    public void The_kernel_s_table_tells_which_ports_others_can_reach()
    {
        const string Tables = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000:0947 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
               1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
               2: 020012AC:0050 030012AC:D431 01 00000000:00000000 00:00000000 00000000     0        0 3
              sl  local_address                         remote_address                        st tx_queue
               0: 00000000000000000000000000000000:18EB 00000000000000000000000000000000:0000 0A 00000000:00000000
               1: 00000000000000000000000001000000:18EC 00000000000000000000000000000000:0000 0A 00000000:00000000
            """;
        Assert.Equal([2375, 6379], ListeningPorts.Read(Tables).Order());
    }

    private static ServiceCheck Of(string[] ports, string[]? test = null, string[]? env = null) =>
        ServiceCheck.Of(
            new RunConfig
            {
                ExposedPorts = ports.ToDictionary(p => p, _ => new NoValue()),
                Healthcheck = test is null ? null : new HealthProbe(test),
                Env = env,
            }
        );
}
