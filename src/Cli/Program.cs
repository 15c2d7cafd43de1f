namespace Slipway.Cli;

internal static class Program
{
    private static int Main(string[] args) => SlipwayProgram.Run(args, Surroundings.OfThisProcess());
}
