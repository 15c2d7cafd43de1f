using System.CommandLine;
using Slipway.Cli.Commands.Accounts;
using Slipway.Cli.Reports;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry usage</c>.</summary>
internal static class UsageCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var json = new Option<bool>("--json") { Description = "as JSON, in bytes" };
        var verb = new Verb(
            "usage",
            "Show how much each project's images take, the largest first; a layer counts once in a project",
            ("registry usage", "on the machine the server runs on"),
            ("registry usage --json", "for a script")
        )
        {
            json,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var shares = await data.ImageUsageAsync(default);
                    if (parsed.GetValue(json))
                        JsonText.WriteList(
                            surroundings.Out,
                            writer =>
                            {
                                foreach (var share in shares)
                                {
                                    writer.WriteStartObject();
                                    writer.WriteString("project", share.Project);
                                    writer.WriteNumber("repositories", share.Repositories);
                                    writer.WriteNumber("bytes", share.Bytes);
                                    if (share.Quota is { } quota)
                                        writer.WriteNumber("quota", quota);
                                    writer.WriteEndObject();
                                }
                            }
                        );
                    else if (shares.Count == 0)
                        surroundings.Say("there are no images");
                    else
                        surroundings.Print(
                            OnData.Table(
                                surroundings.OutPalette(),
                                ["PROJECT", "REPOSITORIES", "SIZE", "QUOTA"],
                                shares.Select(share =>
                                    (string[])
                                        [
                                            share.Project,
                                            $"{share.Repositories}",
                                            Reach.Size(share.Bytes),
                                            share.Quota is { } quota ? Reach.Size(quota) : "",
                                        ]
                                )
                            )
                        );
                }
            )
        );
        return verb;
    }
}
