using System.CommandLine;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner unregister --name|--token|--url|--all-runners</c>.</summary>
internal static class UnregisterCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var config = RunnerFile.Option();
        var all = new Option<bool>("--all-runners") { Description = "every runner in the file" };
        var chosen = new Chosen();
        var verb = new Verb(
            "unregister",
            "Remove runners from config.toml, and this machine or the runner itself from the server",
            ("runner unregister --name build", "one"),
            ("runner unregister --all-runners", "all of them")
        )
        {
            config,
            all,
        };
        chosen.AddTo(verb);
        verb.SetAction(
            async (parsed, ct) =>
            {
                if (chosen.IsAny(parsed) && !parsed.GetValue(all))
                    throw new CommandException(ExitCode.Usage, "which runner?", "say --name, --token or --url, or --all-runners");
                var file = RunnerFile.Of(parsed, config, surroundings);
                var runners = chosen.Of(file.Load(surroundings.Say), parsed);
                var done = new HashSet<int>();
                var exit = ExitCode.Ok;
                foreach (var (number, runner) in runners)
                {
                    var (kind, message) = await RemoveAsync(runner, file, ct);
                    // One that the server has forgotten is of no more use here either.
                    if (kind is AnswerKind.Ok or AnswerKind.Forbidden)
                    {
                        done.Add(number);
                        continue;
                    }

                    surroundings.SayError($"{RunnerClients.NameOf(runner)} is still registered: {message}", null);
                    exit = kind == AnswerKind.Unreachable ? ExitCode.Unreachable : ExitCode.Failed;
                }

                if (done.Count > 0)
                    file.Change(text => ConfigEdit.Remove(text, done));
                surroundings.Say($"{done.Count} of {runners.Count} removed from {file.Store.Path}");
                return exit;
            }
        );
        return verb;
    }

    /// <summary>A runner that was created on the server stays there for others that use its token; one that registered itself goes.</summary>
    private static async Task<(AnswerKind Kind, string Message)> RemoveAsync(RunnerConfig runner, RunnerFile file, CancellationToken ct)
    {
        using var client = RunnerClients.Of(runner, file.Store.Folder);
        var answer = runner.Token.StartsWith("glrt-", StringComparison.Ordinal)
            ? await client.UnregisterManagerAsync(runner.Token, SystemId.Of(file.Store.Folder), ct)
            : await client.UnregisterAsync(runner.Token, ct);
        return (answer.Kind, answer.Message);
    }
}
