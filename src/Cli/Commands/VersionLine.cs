using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway --version</c>.</summary>
internal sealed class VersionLine(Surroundings surroundings) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        surroundings.Print($"slipway {SlipwayVersion.Text} ({RuntimeInformation.RuntimeIdentifier})\n");
        return ExitCode.Ok;
    }
}
