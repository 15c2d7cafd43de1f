using System.CommandLine;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner register|run|run-single|list|verify|unregister</c>: gitlab-runner's verbs, flags and file.</summary>
internal static class RunnerCommand
{
    /// <param name="whole">With its own verbs.</param>
    public static Command Make(Surroundings surroundings, bool whole)
    {
        var runner = new Verb(
            "runner",
            "Run the jobs of a server, Slipway's or GitLab's, with gitlab-runner's config.toml",
            ("runner register --url https://gitlab.example.com --token glrt-…", "make a config.toml for a runner created on the server"),
            ("runner run", "ask for jobs and run them"),
            ("runner list", "the runners in config.toml"),
            ("runner verify", "does the server know them?")
        );
        if (!whole)
            return runner;
        runner.Add(RegisterCommand.Make(surroundings));
        runner.Add(LoopCommand.Make(surroundings));
        runner.Add(SingleCommand.Make(surroundings));
        runner.Add(ListRunnersCommand.Make(surroundings));
        runner.Add(VerifyCommand.Make(surroundings));
        runner.Add(UnregisterCommand.Make(surroundings));
        return runner;
    }
}
