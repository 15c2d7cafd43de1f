using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class EngineLocatorTests
{
    [Theory]
    [InlineData("unix:///run/docker.sock", "unix:///run/docker.sock")]
    [InlineData("tcp://docker:2375", "tcp://docker:2375")]
    [InlineData("tcp://docker", "tcp://docker:2375")]
    [InlineData("http://docker", "tcp://docker:2375")]
    [InlineData("https://docker", "tcp://docker:2376")]
    [InlineData("tcp://[::1]:2375", "tcp://::1:2375")]
    public void DOCKER_HOST_names_the_engine(string host, string expected) =>
        Assert.Equal(expected, Named(null, ("DOCKER_HOST", host))!.ToString());

    [Theory]
    [InlineData("ssh://me@host")]
    [InlineData("npipe:////./pipe/docker_engine")]
    [InlineData("nonsense")]
    [InlineData("unix://")]
    public void What_cannot_be_reached_is_said_so(string host) =>
        Assert.Throws<EngineUnreachableException>(() => Named(null, ("DOCKER_HOST", host)));

    [Fact]
    public void TLS_comes_with_its_variables()
    {
        var address = Named(null, ("DOCKER_HOST", "tcp://docker"), ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs/client"));
        Assert.Equal(new EngineAddress.Tcp("docker", 2376, new EngineTls("/certs/client", Verify: true)), address);
    }

    [Fact]
    public void The_configuration_beats_the_environment() =>
        Assert.Equal("tcp://a:1", Named("tcp://a:1", ("DOCKER_HOST", "tcp://b:2"))!.ToString());

    [Fact]
    public void The_docker_command_s_context_counts_when_nothing_else_is_named()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("desk")));
            Directory.CreateDirectory($"{folder}/contexts/meta/{id}");
            File.WriteAllText(
                $"{folder}/contexts/meta/{id}/meta.json",
                """{"Name":"desk","Endpoints":{"docker":{"Host":"unix:///desk.sock"}}}"""
            );
            File.WriteAllText($"{folder}/config.json", """{"currentContext":"desk"}""");
            Assert.Equal("unix:///desk.sock", Named(null, ("DOCKER_CONFIG", folder))!.ToString());
            Assert.Null(Named(null, ("DOCKER_CONFIG", folder), ("DOCKER_CONTEXT", "default")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_engine_that_is_not_there_is_named_in_the_error()
    {
        var error = await Assert.ThrowsAsync<EngineUnreachableException>(() =>
            EngineLocator.ConnectAsync("unix:///no/such/docker.sock", null, false, _ => null, default)
        );
        Assert.Contains("unix:///no/such/docker.sock", error.Message);
        Assert.Contains("is the engine running?", error.Message);
    }

    [Fact]
    public async Task A_stuck_engine_is_told_from_one_that_works()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // The kernel takes the connection; nobody ever reads from it.
            using var stuck = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            stuck.Bind(new UnixDomainSocketEndPoint(folder + "/docker.sock"));
            stuck.Listen();
            var address = new EngineAddress.UnixSocket(folder + "/docker.sock");
            var e = await Assert.ThrowsAsync<EngineUnreachableException>(() =>
                EngineClient.ConnectAsync(address, TimeSpan.FromMilliseconds(20), default)
            );
            Assert.Contains("docker.sock: no answer within", e.Message);
            using var given = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EngineClient.ConnectAsync(address, given.Token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EngineAddress? Named(string? host, params (string Name, string Value)[] environment) =>
        EngineLocator.Named(
            host,
            null,
            false,
            name => environment.FirstOrDefault(v => v.Name == name).Value ?? (name == "HOME" ? "/nowhere" : null)
        );
}
