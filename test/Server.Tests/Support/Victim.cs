using System.Diagnostics;
using Slipway.Server.Blobs;
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

    /// <summary>Starts one that goes on until it is killed.</summary>
    /// <returns>The process, and the first line it said.</returns>
    public static async Task<(Process Process, string Said)> StartAsync(string what, params string[] args)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Slipway.Server.Tests.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, Word, what, .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        return (process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("It said nothing."));
    }

    public static async Task<int> RunAsync(string what, string[] args)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var said = TextWriter.Synchronized(output);
        await (
            what switch
            {
                "blobs" => PutBlobsAsync(args[0], int.Parse(args[1]), said),
                "server" => ServeAsync(args[0], said),
                "rows" => WriteRowsAsync(args[0], long.Parse(args[1]), said),
                _ => throw new ArgumentException(what),
            }
        );
        return 1;
    }

    /// <summary>A whole server; says where it listens.</summary>
    private static async Task ServeAsync(string folder, TextWriter said)
    {
        var options = new ServerOptions { DataFolder = folder, Listen = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0) };
        await using var server = await SlipwayServer.StartAsync(options, TimeProvider.System, _ => { }, CancellationToken.None);
        said.WriteLine(server.Address);
        await server.Ended;
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

    /// <summary>Four that put blobs of up to 300 KB.</summary>
    private static async Task PutBlobsAsync(string root, int seed, TextWriter said)
    {
        using var store = new DiskBlobStore(root);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(() => PutAsync(new Random(seed * 4 + n)))));

        async Task PutAsync(Random random)
        {
            while (true)
            {
                var bytes = new byte[random.Next(300_000)];
                random.NextBytes(bytes);
                if (await store.PutAsync(new MemoryStream(bytes), null, long.MaxValue, CancellationToken.None) is BlobPut.Stored(var blob))
                    said.WriteLine(blob.Digest);
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
