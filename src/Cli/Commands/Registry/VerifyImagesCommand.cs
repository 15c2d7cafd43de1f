using System.CommandLine;
using Slipway.Cli.Commands.Serving;
using Slipway.Cli.Reports;
using Slipway.Server;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry verify</c>: of all that <c>doctor --deep</c> looks at, the images.</summary>
internal static class VerifyImagesCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "verify",
            "Read every layer that a server keeps and compare it with its digest, and look whether every image has all that it names",
            ("registry verify", "the server may run; the exit code is 1 when something is wrong"),
            ("registry verify --data /var/lib/slipway --json", "for a script")
        )
        {
            json,
        };
        ServerData.AddTo(verb);
        ServerData.AddBlobsTo(verb);
        verb.SetAction(parsed =>
            RunAsync(ServerData.Read(parsed, surroundings), parsed.GetValue(json), surroundings).GetAwaiter().GetResult()
        );
        return verb;
    }

    /// <summary>The server tells clients that what is damaged is missing, and so they push it again.</summary>
    private static async Task NoteAsync(ServerOptions options, Diagnosis found, Surroundings surroundings)
    {
        try
        {
            await using var data = await Administration.OpenAsync(options, surroundings.Time, CancellationToken.None);
            var count = await data.NoteDamagedImagesAsync(found.Damaged, CancellationToken.None);
            surroundings.Say(
                $"{(count == 1 ? "what is damaged is" : $"the {count} that are damaged are")} mended by the next push of the images, or the next pull of those of other registries"
            );
        }
        catch (Exception e) when (e is IOException or AdministrationException)
        {
            surroundings.SayError(
                $"what is damaged cannot be written down: {e.Message}",
                "a push does not mend it before it has been pulled once"
            );
        }
    }

    private static async Task<int> RunAsync(ServerOptions options, bool json, Surroundings surroundings)
    {
        Action<string> tell = surroundings.ErrorIsTerminal ? what => surroundings.Say($"looking: {what}") : _ => { };
        var found = await Doctor.ExamineImagesAsync(options, surroundings.Time, tell, CancellationToken.None);
        if (json)
            DoctorJson.Write(surroundings.Out, found);
        else
            surroundings.Print(DoctorText.Of(found, surroundings.OutPalette(), surroundings.OutColumns()));
        if (found.Damaged.Count > 0)
            await NoteAsync(options, found, surroundings);
        return found.IsHealthy ? ExitCode.Ok : ExitCode.Failed;
    }
}
