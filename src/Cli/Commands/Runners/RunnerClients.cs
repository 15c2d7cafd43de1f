using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

internal static class RunnerClients
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(15);

    public static CoordinatorClient Of(RunnerConfig runner, string configFolder) =>
        Of(new CoordinatorAddress(runner.Url, runner.TlsCaFile, runner.TlsCertFile, runner.TlsKeyFile), configFolder);

    /// <exception cref="CommandException">The address cannot be used.</exception>
    public static CoordinatorClient Of(CoordinatorAddress address, string configFolder)
    {
        try
        {
            return new CoordinatorClient(address.WithUsualFiles(configFolder), MaxAge, TimeProvider.System);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message);
        }
    }

    public static string NameOf(RunnerConfig runner) => runner.Name.Length > 0 ? runner.Name : runner.ShortToken;
}
