using System.CommandLine;
using Slipway.Cli.Commands.Serving;
using Slipway.Cli.Reports;
using Slipway.Server;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var deep = new Option<bool>("--deep") { Description = "look at every row, log, artifact and repository too; takes its time" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "doctor",
            "Look after a server: what is wrong, where, why, and what to do. Changes nothing; the server may run",
            ("doctor", "what takes no time: git, disk, database, key, blobs, engine"),
            ("doctor --deep --data /var/lib/slipway", "every invariant over all that is kept"),
            ("doctor --deep --json", "for a script; the exit code is 1 when something is wrong")
        )
        {
            deep,
            json,
        };
        ServerData.AddTo(verb);
        ServerData.AddBlobsTo(verb);
        verb.SetAction(parsed =>
            RunAsync(ServerData.Read(parsed, surroundings), parsed.GetValue(deep), parsed.GetValue(json), surroundings)
                .GetAwaiter()
                .GetResult()
        );
        return verb;
    }

    private static async Task<int> RunAsync(ServerOptions options, bool deep, bool json, Surroundings surroundings)
    {
        Action<string> tell = surroundings.ErrorIsTerminal ? what => surroundings.Say($"looking: {what}") : _ => { };
        var kept = await Doctor.ExamineAsync(options, deep, surroundings.Time, tell, CancellationToken.None);
        var around = new[] { await ServerAsync(options.DataFolder), await EngineAsync() };
        var found = new Diagnosis([.. around, .. kept.Checks]);
        if (json)
            DoctorJson.Write(surroundings.Out, found);
        else
            surroundings.Print(DoctorText.Of(found, surroundings.OutPalette(), surroundings.OutColumns()));
        return found.IsHealthy ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>A process that lives and does not answer is wrong; none at all is not.</summary>
    private static async Task<Diagnosis.Check> ServerAsync(string folder)
    {
        const string name = "server";
        if (RunningServer.Find(folder) is not { } server)
            return new(name, Diagnosis.Health.Good, "none runs here");
        var place = $"{server.Address}, process {server.Pid}";
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            using var answer = await http.GetAsync(new Uri(server.Address, "/-/readiness"));
            return answer.IsSuccessStatusCode
                ? new(name, Diagnosis.Health.Good, place)
                : Silent($"it says {(int)answer.StatusCode}: it is ending, or its database does not answer");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return Silent(e.Message);
        }

        Diagnosis.Check Silent(string why) =>
            new(name, Diagnosis.Health.Bad, "it runs and is not ready")
            {
                Troubles = [new("it runs and is not ready", place, why, "look at its log; end the process and start it again")],
            };
    }

    /// <summary>Without an engine jobs with images need another runner, which there may be.</summary>
    private static async Task<Diagnosis.Check> EngineAsync() =>
        await ContainerEngine.AnswersAsync(CancellationToken.None)
            ? new("engine", Diagnosis.Health.Good, "a container engine answers")
            : new("engine", Diagnosis.Health.Doubtful, "no container engine answers: the built-in runner can only use a shell");
}
