using Slipway.Server.Tests.Support;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Slipway.Server.Tests;

/// <summary>The test program; or, when a test has started it so, the process that writes until it is killed.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is [Victim.Word, var what, .. var rest])
            return await Victim.RunAsync(what, rest);
        if (args.Any(arg => arg is "-automated" or "@@"))
            return await ConsoleRunner.Run(args);
        return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
