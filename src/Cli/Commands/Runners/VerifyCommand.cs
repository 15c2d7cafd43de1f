using System.CommandLine;
using Slipway.Cli.Terminal;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner verify [--delete]</c>.</summary>
internal static class VerifyCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var config = RunnerFile.Option();
        var delete = new Option<bool>("--delete") { Description = "remove those from the file that their server does not know" };
        var chosen = new Chosen();
        var verb = new Verb(
            "verify",
            "Ask the servers whether they know the runners of config.toml",
            ("runner verify", "all of them"),
            ("runner verify --name build --delete", "one, and away with it when its server does not know it")
        )
        {
            config,
            delete,
        };
        chosen.AddTo(verb);
        verb.SetAction(
            async (parsed, ct) =>
            {
                var file = RunnerFile.Of(parsed, config, surroundings);
                var runners = chosen.Of(file.Load(surroundings.Say), parsed);
                var exit = ExitCode.Ok;
                var gone = new HashSet<int>();
                foreach (var (number, runner) in runners)
                {
                    var kind = await VerifyAsync(runner, file, surroundings, ct);
                    if (kind == AnswerKind.Forbidden)
                        gone.Add(number);
                    if (kind == AnswerKind.Forbidden && !parsed.GetValue(delete))
                        exit = ExitCode.Authentication;
                    else if (kind is AnswerKind.Unreachable or AnswerKind.Refused && exit == ExitCode.Ok)
                        exit = kind == AnswerKind.Unreachable ? ExitCode.Unreachable : ExitCode.Failed;
                }

                if (parsed.GetValue(delete) && gone.Count > 0)
                {
                    file.Change(text => ConfigEdit.Remove(text, gone));
                    surroundings.Say($"{gone.Count} removed from {file.Store.Path}");
                }

                return exit;
            }
        );
        return verb;
    }

    private static async Task<AnswerKind> VerifyAsync(RunnerConfig runner, RunnerFile file, Surroundings surroundings, CancellationToken ct)
    {
        using var client = RunnerClients.Of(runner, file.Store.Folder);
        var request = new VerifyRequest
        {
            Token = runner.Token,
            SystemId = SystemId.Of(file.Store.Folder),
            Info = Identity.Info(runner.Executor, runner.Shell, runner.Labels),
        };
        var answer = await client.VerifyAsync(request, ct);
        var palette = surroundings.OutPalette();
        var what = answer.Kind switch
        {
            AnswerKind.Ok => palette.Good("valid"),
            AnswerKind.Forbidden => palette.Bad("unknown to the server"),
            AnswerKind.Unreachable => palette.Warn("no answer") + ": " + PlainText.Of(answer.Message),
            _ => palette.Warn("not clear") + ": " + PlainText.Of(answer.Message),
        };
        surroundings.Print($"{PlainText.Of(RunnerClients.NameOf(runner))}: {what}\n");
        return answer.Kind;
    }
}
