using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Commands.Serving;
using Slipway.Cli.Reports;
using Slipway.Server;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway backup create|verify|restore</c>.</summary>
internal static class BackupCommand
{
    public static Command Make(Surroundings surroundings) =>
        new Verb(
            "backup",
            "Everything a server keeps, as a folder to carry away, check, and make a server again",
            ("backup create /backups/monday", "while the server runs"),
            ("backup verify /backups/monday", "is every byte as it was?"),
            ("backup restore /backups/monday --data /var/lib/slipway --key secret.key", "into an empty place")
        )
        {
            Create(surroundings),
            Verify(surroundings),
            Restore(surroundings),
        };

    private static Verb Create(Surroundings surroundings)
    {
        var folder = Folder("where to: a folder that is not there yet, or empty");
        var withKey = new Option<bool>("--with-key") { Description = "put secret.key in: whoever has the backup then has all secrets" };
        var json = Json();
        var verb = new Verb(
            "create",
            "Make a backup of one moment; the server may run meanwhile",
            ("backup create /backups/monday", "without the key, of which you keep a copy elsewhere"),
            ("backup create /backups/monday --with-key", "with everything")
        )
        {
            folder,
            withKey,
            json,
        };
        ServerData.AddTo(verb);
        ServerData.AddBlobsTo(verb);
        verb.SetAction(parsed =>
            Run(
                surroundings,
                parsed.GetValue(json),
                () =>
                    Backup.CreateAsync(
                        ServerData.Read(parsed, surroundings),
                        PathOf(parsed.GetValue(folder)!, surroundings),
                        parsed.GetValue(withKey),
                        surroundings.Time,
                        Tell(surroundings),
                        CancellationToken.None
                    ),
                "made",
                summary =>
                    summary.HasKey
                        ? "its key is in it: keep it as safe as the server"
                        : $"the key {summary.Key} is not in it: keep a copy of secret.key elsewhere"
            )
        );
        return verb;
    }

    private static Verb Verify(Surroundings surroundings)
    {
        var folder = Folder("the backup");
        var json = Json();
        var verb = new Verb(
            "verify",
            "Read all of a backup, and compare every file with what it was",
            ("backup verify /backups/monday", "the exit code is 1 when something has changed")
        )
        {
            folder,
            json,
        };
        verb.SetAction(parsed =>
            Run(
                surroundings,
                parsed.GetValue(json),
                () => CheckedAsync(PathOf(parsed.GetValue(folder)!, surroundings), surroundings),
                "sound",
                _ => null
            )
        );
        return verb;
    }

    private static Verb Restore(Surroundings surroundings)
    {
        var folder = Folder("the backup");
        var key = new Option<string?>("--key")
        {
            Description = "the copy of the server's secret.key, when the backup has none",
            HelpName = "FILE",
        };
        var json = Json();
        var verb = new Verb(
            "restore",
            "Make a server's data of a backup, in an empty place",
            ("backup restore /backups/monday --data /var/lib/slipway --key secret.key", "then: slipway doctor --deep, slipway serve"),
            (
                "backup restore /backups/monday --database postgres://slipway@db/slipway --key secret.key",
                "with another database than before"
            )
        )
        {
            folder,
            key,
            json,
        };
        ServerData.AddTo(verb);
        ServerData.AddBlobsTo(verb);
        verb.SetAction(parsed =>
            Run(
                surroundings,
                parsed.GetValue(json),
                () =>
                    Backup.RestoreAsync(
                        PathOf(parsed.GetValue(folder)!, surroundings),
                        ServerData.Read(parsed, surroundings),
                        parsed.GetValue(key) is { } file ? PathOf(file, surroundings) : null,
                        surroundings.Time,
                        Tell(surroundings),
                        CancellationToken.None
                    ),
                "restored",
                _ => "next: slipway doctor --deep, then slipway serve"
            )
        );
        return verb;
    }

    private static async Task<Backup.Summary> CheckedAsync(string folder, Surroundings surroundings)
    {
        var (summary, wrong) = await Backup.VerifyAsync(folder, CancellationToken.None);
        foreach (var line in wrong)
            surroundings.Say("  " + line);
        return wrong.Count == 0
            ? summary
            : throw new CommandException(
                ExitCode.Failed,
                $"{wrong.Count} of {summary.Files} files are not what they were",
                "use another backup"
            );
    }

    private static int Run(
        Surroundings surroundings,
        bool json,
        Func<Task<Backup.Summary>> act,
        string done,
        Func<Backup.Summary, string?> next
    )
    {
        try
        {
            var summary = act().GetAwaiter().GetResult();
            if (json)
                Write(surroundings, summary);
            else
                surroundings.Say(
                    $"{done}: {summary.Folder}, {summary.Files} files, {Megabytes(summary.Bytes)} MiB, of {summary.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC"
                );
            if (next(summary) is { } line)
                surroundings.Say(line);
            return ExitCode.Ok;
        }
        catch (BackupException e)
        {
            throw new CommandException(ExitCode.Failed, e.Message.TrimEnd('.'), e.Message.Contains("secret.key") ? "--key FILE" : null);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, e.Message.TrimEnd('.'));
        }
    }

    private static void Write(Surroundings surroundings, Backup.Summary summary) =>
        JsonText.Write(
            surroundings.Out,
            json =>
            {
                json.WriteString("folder", summary.Folder);
                json.WriteString("created_at", summary.CreatedAt);
                json.WriteNumber("files", summary.Files);
                json.WriteNumber("bytes", summary.Bytes);
                json.WriteString("key", summary.Key);
                json.WriteBoolean("has_key", summary.HasKey);
            }
        );

    private static Argument<string> Folder(string description) => new("DIR") { Description = description };

    private static Option<bool> Json() => new("--json") { Description = "what it is, as JSON" };

    private static string PathOf(string given, Surroundings surroundings) => Path.GetFullPath(given, surroundings.Directory);

    private static Action<string> Tell(Surroundings surroundings) =>
        surroundings.ErrorIsTerminal ? what => surroundings.Say($"  {what}") : _ => { };

    private static string Megabytes(long bytes) => (bytes / (double)(1 << 20)).ToString("0.0", CultureInfo.InvariantCulture);
}
