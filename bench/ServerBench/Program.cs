using System.Globalization;

namespace Slipway.ServerBench;

/// <summary>
/// The published server, as a process of its own, from outside: what it takes to start, from a push to a running job, how fast jobs are handed out, how fast
/// logs are taken and shown, and how long lists are. See bench/README.md.
/// </summary>
internal static class Program
{
    private const string Usage = """
        usage: dotnet run -c Release --project bench/ServerBench -- --slipway PATH [--database postgres://...] [--rows WORD,...] [--runners N,...] [--small]

          --slipway   the published binary
          --database  a PostgreSQL where psql may make databases, one for each row; without it each row has a new SQLite file
          --rows      only these: start, push, handout, wide, traces, visible, large, pages, jobs, lists, registry
          --runners   how many ask at once in each run of handout and wide: 1,8,32 when it is not said
          --small     a tenth of everything: to see that it works
        """;

    private static readonly (string Word, Func<Bench, Task> Run)[] Rows =
    [
        ("start", StartRow.RunAsync),
        ("push", PushRow.RunAsync),
        ("handout", HandoutRow.RunAsync),
        ("wide", WideRow.RunAsync),
        ("traces", TraceRows.IngestAsync),
        ("visible", TraceRows.VisibleAsync),
        ("large", TraceRows.LargeAsync),
        ("pages", PagesRow.RunAsync),
        ("jobs", JobsRow.RunAsync),
        ("lists", ListRow.RunAsync),
        ("registry", RegistryRows.RunAsync),
    ];

    private static async Task<int> Main(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        if (Option(args, Ceiling.Word) is { } folder)
        {
            await Ceiling.ServeAsync(folder);
            return 0;
        }

        if (Option(args, "--slipway") is not { } path || !File.Exists(path))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var wanted = Option(args, "--rows")?.Split(',');
        var bench = new Bench(Path.GetFullPath(path), Option(args, "--database"), args.Contains("--small") ? 10 : 1)
        {
            Runners = [.. (Option(args, "--runners") ?? "1,8,32").Split(',').Select(int.Parse)],
        };
        Console.WriteLine("| what | figure | budget |");
        Console.WriteLine("|---|---|---|");
        foreach (var (word, run) in Rows)
        {
            if (wanted is null || wanted.Contains(word))
                await run(bench);
        }

        return 0;
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
}

/// <param name="Database">Where others are made; nothing: a SQLite file of the server's own.</param>
/// <param name="Divisor">By how much less is done than a figure needs.</param>
internal sealed record Bench(string Slipway, string? Database, int Divisor)
{
    /// <summary>How many ask for jobs at once, run by run.</summary>
    public int[] Runners { get; init; } = [];

    public static void Tell(string what, string figure, string budget = "") => Console.WriteLine($"| {what} | {figure} | {budget} |");

    public int Of(int count) => Math.Max(1, count / Divisor);

    /// <summary>The middle one, and the one that 95 of 100 do not exceed, in milliseconds.</summary>
    public static string Percentiles(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToList();
        return $"p50 {At(0.5):0.0} ms, p95 {At(0.95):0.0} ms, most {sorted[^1]:0.0} ms ({sorted.Count})";

        double At(double part) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];
    }
}
