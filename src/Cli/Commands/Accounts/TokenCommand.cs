using System.CommandLine;
using System.Globalization;
using Slipway.Cli.Reports;

namespace Slipway.Cli.Commands.Accounts;

/// <summary><c>slipway token</c>: access tokens of a server's users.</summary>
internal static class TokenCommand
{
    public static Command Make(Surroundings surroundings) =>
        new Verb(
            "token",
            "Access tokens of a server's users, made on the machine it runs on",
            ("token create ada --name laptop", "a token for everything, printed once"),
            ("token list", "those that are good")
        )
        {
            Create(surroundings),
            List(surroundings),
            Revoke(surroundings),
        };

    private static Verb Create(Surroundings surroundings)
    {
        var user = new Argument<string>("USER") { Description = "whose it is" };
        var name = new Option<string>("--name")
        {
            Description = "what it is for",
            HelpName = "TEXT",
            Required = true,
        };
        var scopes = new Option<string[]>("--scope")
        {
            Description = "what it is good for: api, read_api, read_user, read_repository, write_repository, …; may be repeated [api]",
            HelpName = "SCOPE",
        };
        var expires = new Option<string?>("--expires")
        {
            Description = "its last day is the one before [in a year]",
            HelpName = "YYYY-MM-DD",
        };
        var verb = new Verb(
            "create",
            "Make an access token and print it",
            ("token create ada --name laptop", "for everything"),
            ("token create ada --name ci --scope read_api --scope read_repository", "for reading")
        )
        {
            user,
            name,
            scopes,
            expires,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var words = parsed.GetValue(scopes) is { Length: > 0 } given ? given : ["api"];
                    var (token, secret) = await data.CreateTokenAsync(
                        parsed.GetValue(user)!,
                        parsed.GetValue(name)!,
                        words,
                        parsed.GetValue(expires),
                        default
                    );
                    surroundings.Say($"made token {token.Id} of {token.Username}, good until {token.ExpiresAt}; it is shown this once:");
                    surroundings.Print(secret + "\n");
                }
            )
        );
        return verb;
    }

    private static Verb List(Surroundings surroundings)
    {
        var user = new Argument<string?>("USER") { Description = "only this user's", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "list",
            "Show the tokens that are good",
            ("token list", "of all users"),
            ("token list ada --json", "for a script")
        )
        {
            user,
            json,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var tokens = await data.TokensAsync(parsed.GetValue(user), default);
                    if (!parsed.GetValue(json))
                    {
                        var rows = tokens.Select(token =>
                            (string[])
                                [
                                    token.Id.ToString(CultureInfo.InvariantCulture),
                                    token.Username,
                                    token.Name,
                                    token.ExpiresAt ?? "",
                                    string.Join(' ', token.Scopes),
                                ]
                        );
                        surroundings.Print(OnData.Table(surroundings.OutPalette(), ["ID", "USER", "NAME", "EXPIRES", "SCOPES"], rows));
                        return;
                    }

                    JsonText.WriteList(
                        surroundings.Out,
                        writer =>
                        {
                            foreach (var token in tokens)
                            {
                                writer.WriteStartObject();
                                writer.WriteNumber("id", token.Id);
                                writer.WriteString("username", token.Username);
                                writer.WriteString("name", token.Name);
                                writer.WriteString("expires_at", token.ExpiresAt);
                                writer.WriteStrings("scopes", token.Scopes);
                                writer.WriteEndObject();
                            }
                        }
                    );
                }
            )
        );
        return verb;
    }

    private static Verb Revoke(Surroundings surroundings)
    {
        var id = new Argument<long>("ID") { Description = "its number, as the list shows it" };
        var verb = new Verb("revoke", "End a token at once", ("token revoke 7", "the token that the list calls 7")) { id };
        OnData.AddTo(verb);
        verb.SetAction(parsed => OnData.Run(parsed, surroundings, data => data.RevokeTokenAsync(parsed.GetValue(id), default)));
        return verb;
    }
}
