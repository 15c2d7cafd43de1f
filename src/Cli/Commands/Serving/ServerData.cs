using System.CommandLine;
using Slipway.Server;

namespace Slipway.Cli.Commands.Serving;

/// <summary>Where a server keeps what it has, for all commands that work on it. Passwords and keys come from the environment: others on the machine can read a command line.</summary>
internal static class ServerData
{
    public const string DatabaseVariable = "SLIPWAY_DATABASE";
    public const string BlobsVariable = "SLIPWAY_BLOBS";

    // The names that all of Amazon's tools know.
    public const string AccessKeyVariable = "AWS_ACCESS_KEY_ID";
    public const string SecretKeyVariable = "AWS_SECRET_ACCESS_KEY";

    public static void AddTo(Command command)
    {
        command.Add(
            new Option<string?>("--data")
            {
                Description = "the server's data folder [$SLIPWAY_DATA, else ~/.local/share/slipway]",
                HelpName = "DIR",
            }
        );
        command.Add(
            new Option<string?>("--database")
            {
                Description = "the server's database [$SLIPWAY_DATABASE, else slipway.db in the data folder]",
                HelpName = "ADDRESS",
            }
        );
    }

    /// <summary>For those that look at artifacts and logs too.</summary>
    public static void AddBlobsTo(Command command) =>
        command.Add(
            new Option<string?>("--blobs")
            {
                Description = "the server's bucket [$SLIPWAY_BLOBS, else blobs/ in the data folder]",
                HelpName = "ADDRESS",
            }
        );

    public static ServerOptions Read(ParseResult parsed, Surroundings surroundings) =>
        new()
        {
            DataFolder = DataFolder.Of(parsed.GetValue<string?>("--data"), surroundings),
            Database = parsed.GetValue<string?>("--database") ?? surroundings.Variable(DatabaseVariable),
            Blobs = BlobsOf(parsed) ?? surroundings.Variable(BlobsVariable),
            BlobsAccessKey = surroundings.Variable(AccessKeyVariable),
            BlobsSecretKey = surroundings.Variable(SecretKeyVariable),
        };

    private static string? BlobsOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<string?>>().FirstOrDefault(option => option.Name == "--blobs") is { } blobs
            ? parsed.GetValue(blobs)
            : null;
}
