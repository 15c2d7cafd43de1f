using System.CommandLine;
using Slipway.Cli.Commands.Accounts;
using Slipway.Cli.Commands.Serving;
using Slipway.Cli.Reports;
using Slipway.Server;

namespace Slipway.Cli.Commands.Registry;

/// <summary><c>slipway registry quota</c>. GitLab has limits of namespaces alone, and no API for them.</summary>
internal static class QuotaCommand
{
    /// <summary>Takes a project's own quota away.</summary>
    private const string None = "none";

    public static Command Make(Surroundings surroundings)
    {
        var project = new Argument<string>("PROJECT") { Description = "group/app" };
        var size = new Argument<string?>("SIZE")
        {
            Description = $"20g, 500m, or {None} for the server's; without one it is only shown",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "as JSON, in bytes" };
        var verb = new Verb(
            "quota",
            "Show or set how much a project's images may take; serve --registry-quota is for those that have none of their own",
            ("registry quota group/app 20g", "from now on; what it has beyond stays"),
            ("registry quota group/app none", "the server's again"),
            ("registry quota group/app", "what it is")
        )
        {
            project,
            size,
            json,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                data => RunAsync(data, parsed.GetValue(project)!, parsed.GetValue(size), parsed.GetValue(json), surroundings)
            )
        );
        return verb;
    }

    private static async Task RunAsync(Administration data, string project, string? size, bool json, Surroundings surroundings)
    {
        if (size is not null)
            await data.SetImageQuotaAsync(project, Read(size), default);
        var quota = await data.ImageQuotaAsync(project, default);
        if (json)
            JsonText.Write(
                surroundings.Out,
                writer =>
                {
                    writer.WriteString("project", project);
                    if (quota is { } bytes)
                        writer.WriteNumber("quota", bytes);
                    else
                        writer.WriteNull("quota");
                }
            );
        else
            surroundings.Print(quota is { } bytes ? $"{Reach.Size(bytes)}\n" : "none of its own\n");
    }

    private static long? Read(string size) =>
        size == None
            ? null
            : RegistryLimits.Bytes(size)
                ?? throw new CommandException(ExitCode.Usage, $"\"{size}\" is no size", $"as in 20g or 500m, or {None}");
}
