using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Slipway.Cli.Reports;
using Slipway.Server;

namespace Slipway.Cli.Commands.Accounts;

/// <summary><c>slipway user</c>: the people of a server, from the machine it runs on.</summary>
internal static class UserCommand
{
    /// <summary>A password is at most 128 characters.</summary>
    private const int MostPassword = 1024;

    public static Command Make(Surroundings surroundings) =>
        new Verb(
            "user",
            "The users of a server, changed on the machine it runs on",
            ("user create ada --email ada@example.com --admin", "make an administrator and print the password"),
            ("user list", "who is there")
        )
        {
            Create(surroundings),
            List(surroundings),
            Act(
                surroundings,
                "block",
                "Keep a user out, whose sessions end at once",
                (data, name) => data.SetBlockedAsync(name, true, default)
            ),
            Act(surroundings, "unblock", "Let a user in again", (data, name) => data.SetBlockedAsync(name, false, default)),
            Act(
                surroundings,
                "unlock",
                "Open an account that wrong passwords have shut, before its ten minutes are over",
                (data, name) => data.UnlockAsync(name, default)
            ),
            Act(
                surroundings,
                "reset-2fa",
                "Take the second factor away from a user who has lost it",
                (data, name) => data.RemoveSecondFactorAsync(name, default)
            ),
            Password(surroundings),
        };

    private static Verb Create(Surroundings surroundings)
    {
        var name = Name();
        var email = new Option<string>("--email")
        {
            Description = "the user's address",
            HelpName = "ADDRESS",
            Required = true,
        };
        var fullName = new Option<string?>("--name") { Description = "the name people read, instead of the user name", HelpName = "TEXT" };
        var admin = new Option<bool>("--admin") { Description = "an administrator" };
        var fromInput = FromInput();
        var verb = new Verb(
            "create",
            "Make a user, and print a password unless one is given",
            ("user create ada --email ada@example.com", "with a password that is made up and printed"),
            ("user create ada --email ada@example.com --password-stdin < file", "with the file's first line")
        )
        {
            name,
            email,
            fullName,
            admin,
            fromInput,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var (password, isNew) = PasswordOf(parsed.GetValue(fromInput), surroundings);
            return OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var username = parsed.GetValue(name)!;
                    var shown = parsed.GetValue(fullName) ?? username;
                    await data.CreateUserAsync(username, shown, parsed.GetValue(email)!, password, parsed.GetValue(admin), default);
                    Tell(surroundings, $"made {username}", isNew ? password : null);
                }
            );
        });
        return verb;
    }

    private static Verb List(Surroundings surroundings)
    {
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb("list", "Show the users", ("user list", "a line for each"), ("user list --json", "for a script")) { json };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var users = await data.UsersAsync(default);
                    if (!parsed.GetValue(json))
                    {
                        var rows = users.Select(user =>
                            (string[])[user.Username, user.Name, user.Email, user.Admin ? "admin" : "", user.State]
                        );
                        surroundings.Print(OnData.Table(surroundings.OutPalette(), ["USER", "NAME", "EMAIL", "ROLE", "STATE"], rows));
                        return;
                    }

                    JsonText.WriteList(
                        surroundings.Out,
                        writer =>
                        {
                            foreach (var user in users)
                            {
                                writer.WriteStartObject();
                                writer.WriteNumber("id", user.Id);
                                writer.WriteString("username", user.Username);
                                writer.WriteString("name", user.Name);
                                writer.WriteString("email", user.Email);
                                writer.WriteString("state", user.State);
                                writer.WriteBoolean("is_admin", user.Admin);
                                writer.WriteEndObject();
                            }
                        }
                    );
                }
            )
        );
        return verb;
    }

    private static Verb Act(Surroundings surroundings, string word, string does, Func<Administration, string, Task> act)
    {
        var name = Name();
        var verb = new Verb(word, does, ($"user {word} ada", char.ToLowerInvariant(does[0]) + does[1..])) { name };
        OnData.AddTo(verb);
        verb.SetAction(parsed => OnData.Run(parsed, surroundings, data => act(data, parsed.GetValue(name)!)));
        return verb;
    }

    private static Verb Password(Surroundings surroundings)
    {
        var name = Name();
        var fromInput = FromInput();
        var verb = new Verb(
            "password",
            "Give a user a new password, and end the user's sessions",
            ("user password ada", "one that is made up and printed"),
            ("user password ada --password-stdin < file", "the file's first line")
        )
        {
            name,
            fromInput,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var (password, isNew) = PasswordOf(parsed.GetValue(fromInput), surroundings);
            return OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    await data.ChangeUserAsync(parsed.GetValue(name)!, password, null, default);
                    Tell(surroundings, $"{parsed.GetValue(name)} has a new password", isNew ? password : null);
                }
            );
        });
        return verb;
    }

    private static Argument<string> Name() => new("USER") { Description = "the user name" };

    private static Option<bool> FromInput() =>
        new("--password-stdin") { Description = "take the password from the first line of standard input" };

    /// <summary>A password that is made up goes to standard output, so that a script can keep it.</summary>
    private static void Tell(Surroundings surroundings, string done, string? password)
    {
        surroundings.Say(password is null ? done : $"{done}; the password is shown this once:");
        if (password is not null)
            surroundings.Print(password + "\n");
    }

    private static (string Password, bool IsNew) PasswordOf(bool fromInput, Surroundings surroundings)
    {
        if (!fromInput)
            return (RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", 20), true);
        var buffer = new byte[MostPassword];
        var text = Encoding.UTF8.GetString(buffer, 0, surroundings.In.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        var line = text.Split('\n')[0].TrimEnd('\r');
        return line.Length > 0
            ? (line, false)
            : throw new CommandException(ExitCode.Usage, "there is no password on standard input", "slipway user password ada < file");
    }
}
