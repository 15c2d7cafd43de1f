using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Cli.Commands.Serving;

/// <summary>Docker or Podman on this machine.</summary>
internal static class ContainerEngine
{
    /// <summary>Whether one answers where <c>DOCKER_HOST</c> says, or where it usually listens.</summary>
    public static async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            await (await DockerExecutors.ConnectAsync(new DockerConfig(), null, ct)).DisposeAsync();
            return true;
        }
        catch (EngineUnreachableException)
        {
            return false;
        }
    }
}
