using System.Diagnostics;
using Slipway.Server.Data;

namespace Slipway.Server.Tests.Support;

/// <summary>
/// This program started a second time, as a process that writes without end and says what was acknowledged, one word a line, until it is killed.
/// </summary>
internal static class Victim
{
    public const string Word = "--victim";

    /// <summary>Runs one until it has acknowledged so many, and then kills it without warning.</summary>
    /// <returns>All it said, complete lines only.</returns>
    public static async Task<IReadOnlyList<string>> KillAfterAsync(int acknowledged, string what, params string[] args)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Slipway.Server.Tests.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, Word, what, .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = new List<string>();
        while (said.Count < acknowledged && await process.StandardOutput.ReadLineAsync() is { } line)
            said.Add(line);
        process.Kill();
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 137)
            throw new InvalidOperationException($"It ended by itself, with {process.ExitCode}.");
        said.AddRange(rest.Split('\n')[..^1]);
        return said;
    }

    public static async Task<int> RunAsync(string what, string[] args)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var said = TextWriter.Synchronized(output);
        await (
            what switch
            {
                "rows" => WriteRowsAsync(args[0], long.Parse(args[1]), said),
                _ => throw new ArgumentException(what),
            }
        );
        return 1;
    }

    /// <summary>Eight writers, each transaction two rows that belong together, and now and then one that fails.</summary>
    private static async Task WriteRowsAsync(string address, long first, TextWriter said)
    {
        await using var db = await Db.OpenAsync(
            new DataOptions(DatabaseAddress.Parse(address)),
            TimeProvider.System,
            CancellationToken.None
        );
        var last = first - 1;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(WriteAsync)));

        async Task WriteAsync()
        {
            while (true)
            {
                var id = Interlocked.Increment(ref last);
                try
                {
                    await db.WriteAsync((session, ct) => PairAsync(session, id, ct), CancellationToken.None);
                    said.WriteLine(id);
                }
                catch (TimeZoneNotFoundException) { }
            }
        }
    }

    private static async Task<int> PairAsync(Session session, long id, CancellationToken ct)
    {
        await session.ExecuteAsync("INSERT INTO notes VALUES (@id, 'one')", new { id }, ct);
        if (id % 7 == 0)
            throw new TimeZoneNotFoundException();
        return await session.ExecuteAsync("INSERT INTO notes VALUES (-@id, 'other')", new { id }, ct);
    }
}
