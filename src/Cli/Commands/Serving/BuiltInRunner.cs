using System.Net;
using Slipway.Cli.Terminal;
using Slipway.Runner.Coordinator;
using Slipway.Server;

namespace Slipway.Cli.Commands.Serving;

/// <summary>
/// The runner that comes with <c>serve</c>: a runner like any other, over the same protocol, on this machine. With the shell executor it runs what people push as
/// the server's own user, so that one is not started for a server that others can reach unless somebody asks for it.
/// </summary>
internal static class BuiltInRunner
{
    /// <summary>What <c>--runner</c> says comes down to.</summary>
    /// <param name="choice"><c>auto</c>, <c>shell</c>, <c>docker</c> or <c>off</c>.</param>
    /// <param name="hasEngine">Whether a container engine answers; asked only when it matters.</param>
    /// <returns>The executor, or nothing; and why.</returns>
    public static async Task<(string? Executor, string Why)> ChooseAsync(
        string choice,
        IPEndPoint listen,
        bool isDemo,
        Func<Task<bool>> hasEngine
    )
    {
        if (choice != "auto")
            return (choice == "off" ? null : choice, $"--runner {choice}");
        if (isDemo)
            return ("shell", "it needs nothing but a shell");
        if (await hasEngine())
            return ("docker", "a container engine answers");
        return IPAddress.IsLoopback(listen.Address)
            ? ("shell", "no container engine answers, and only this machine can reach the server")
            : (null, "no container engine answers; --runner shell would run what others push as this user");
    }

    /// <summary>Takes jobs until <paramref name="drain"/>, then ends those it has.</summary>
    /// <param name="abort">Ends them at once.</param>
    public static async Task RunAsync(
        SlipwayServer server,
        string executor,
        string folder,
        Surroundings surroundings,
        CancellationToken drain,
        CancellationToken abort
    )
    {
        var token = await server.BuiltInRunnerTokenAsync(SystemId.Of(folder), drain);
        var settings = RunnerLoopSettings.For(server.Address.AbsoluteUri, token, executor, folder, Environment.ProcessorCount) with
        {
            Abort = abort,
            Time = surroundings.Time,
            Tell = told => Tell(told, surroundings),
        };
        await RunnerLoop.RunAsync(settings, drain);
    }

    private static void Tell(RunnerEvent told, Surroundings surroundings)
    {
        if (told.Level == RunnerEventLevel.Debug)
            return;
        var fields = string.Concat(told.Fields.Where(field => field.Key != "runner").Select(field => $"  {field.Key}={field.Value}"));
        surroundings.Say($"runner: {PlainText.Of(told.Message + fields)}");
    }
}
