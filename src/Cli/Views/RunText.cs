using System.Globalization;
using System.Text;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;
using Slipway.Cli.TestReports;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Jobs;

namespace Slipway.Cli.Views;

/// <summary>The sentences of a run, the same in every view.</summary>
internal static class RunText
{
    private const int FailedTestsShown = 20;

    /// <summary>A bridge that failed so cannot come out otherwise here, however often it is run.</summary>
    private static readonly string[] Impossible =
    [
        FailureReason.DownstreamProjectNotFound,
        FailureReason.InvalidBridgeTrigger,
        FailureReason.MaxDescendantDepth,
        FailureReason.MaxHierarchySize,
        FailureReason.PipelineLoop,
    ];

    /// <summary><c>.gitlab-ci.yml → 7 jobs in 3 stages (push to main)   not in it: deploy (no rule matched)</c>.</summary>
    public static string Plan(Compilation compilation, Selection selection, Palette palette)
    {
        var text = new StringBuilder(palette.Strong(JobList.Title(compilation, selection.All.Context)));
        if (selection.Pipeline.Jobs.Length < selection.All.Jobs.Length)
            text.Append($", {selection.Pipeline.Jobs.Length} to run");
        var left = compilation.Decisions.Where(d => !d.Included).ToArray();
        if (left.Length > 0)
        {
            var shown = left.Take(5).Select(d => $"{PlainText.Of(d.Job)} ({PlainText.Of(d.Reason)})");
            text.Append(
                palette.Faint(
                    $"\n  not in it: {string.Join(", ", shown)}{(left.Length > 5 ? $" and {left.Length - 5} more (slipway list)" : "")}"
                )
            );
        }

        return text.ToString();
    }

    public static string Notice(string sentence, Palette palette) => $"{palette.Warn("note")}: {PlainText.Of(sentence)}";

    /// <summary>A job's name with the bridges above it in front: <c>child › test 1/2</c>.</summary>
    public static string NameOf(RunJob job) => PlainText.Of(job.Within.IsEmpty ? job.Name : string.Join(" › ", job.Within.Add(job.Name)));

    /// <summary><c>✖ lint   2.2s   exit 1</c>.</summary>
    public static string Finished(RunJob job, JobReport report, Palette palette)
    {
        var text = new StringBuilder(Mark(report, palette)).Append(' ').Append(NameOf(job));
        if (job.Attempt > 1)
            text.Append($" (attempt {job.Attempt})");
        if (report.Duration is { } duration)
            text.Append("  ").Append(palette.Faint(Durations.Of(duration)));
        if (Why(report) is { Length: > 0 } why)
            text.Append("  ").Append(why);
        if (report.Coverage is { } coverage)
            text.Append(CultureInfo.InvariantCulture, $"  coverage {coverage:0.##} %");
        if (report.Tests is { } tests)
            text.Append("  ").Append(Tests(tests));
        return text.ToString();
    }

    public static string Mark(JobReport report, Palette palette) =>
        (report.Status, report.AllowFailure) switch
        {
            (Status.Success, _) => palette.Good("✔"),
            (Status.Failed, true) => palette.Warn("!"),
            (Status.Failed, false) => palette.Bad("✖"),
            (Status.Manual, _) => palette.Busy("▷"),
            (Status.Canceled, _) => palette.Warn("⊘"),
            _ => palette.Faint("-"),
        };

    public static string Summary(LocalRunResult result, RunPlaces places, Palette palette)
    {
        var text = new StringBuilder();
        FailedTests(text, result, palette);
        text.Append(Verdict(result, places.Elapsed, palette)).Append('\n');
        NextCommands(text, result, places, palette);
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>A name as a shell takes it.</summary>
    internal static string Quoted(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '@' or '+')
            ? name
            : "'" + PlainText.Of(name).Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Why(JobReport report) =>
        report.Status switch
        {
            Status.Failed when report.FailureReason is "script_failure" && report.ExitCode is { } code =>
                $"exit {code}{(report.AllowFailure ? " (allowed to fail)" : "")}",
            Status.Failed => (report.FailureReason ?? "failed").Replace('_', ' ') + (report.AllowFailure ? " (allowed to fail)" : ""),
            Status.Success => "",
            _ => Statuses.Word(report.Status),
        };

    private static string Tests(TestSummary tests)
    {
        if (tests.SuiteError is { } error && tests.Total == 0)
            return PlainText.Of(error);
        var failed = tests.Failures + tests.Errors;
        return $"{JobList.Count(tests.Total, "test")}{(failed > 0 ? $", {failed} failed" : "")}{(tests.Skipped > 0 ? $", {tests.Skipped} skipped" : "")}";
    }

    private static void FailedTests(StringBuilder text, LocalRunResult result, Palette palette)
    {
        foreach (var report in result.Jobs)
        {
            if (report is { Retried: false, Tests: { Failed.Length: > 0 } tests })
            {
                text.Append(palette.Bad($"failed tests in {PlainText.Of(report.Name)}:")).Append('\n');
                foreach (var test in tests.Failed.Take(FailedTestsShown))
                    text.Append("  ")
                        .Append(PlainText.Of(test.ClassName.Length > 0 ? $"{test.ClassName}: {test.Name}" : test.Name))
                        .Append(palette.Faint(test.Message.Length > 0 ? "  " + PlainText.Of(test.Message) : ""))
                        .Append('\n');
                if (tests.Failed.Length > FailedTestsShown)
                    text.Append($"  … and {tests.Failures + tests.Errors - FailedTestsShown} more\n");
            }
        }
    }

    private static string Verdict(LocalRunResult result, TimeSpan elapsed, Palette palette)
    {
        var status = result.Status is { } known ? Statuses.Word(known) : "not created";
        var words = result.Status switch
        {
            Status.Success => palette.Good("Pipeline passed"),
            Status.Failed => palette.Bad("Pipeline failed"),
            Status.Manual => palette.Busy("Pipeline waits for a manual job"),
            _ => palette.Warn($"Pipeline {status}"),
        };
        var counts = result
            .Jobs.Where(j => !j.Retried)
            .GroupBy(j => j.Status is Status.Failed && j.AllowFailure ? "failed but allowed to" : Word(j.Status))
            .Select(g => $"{g.Count()} {g.Key}");
        return $"{words} in {Durations.Of(elapsed)} — {string.Join(", ", counts)}";
    }

    private static string Word(Status status) => status == Status.Success ? "passed" : Statuses.Word(status);

    private static void NextCommands(StringBuilder text, LocalRunResult result, RunPlaces places, Palette palette)
    {
        var failed = result
            .Jobs.Where(j => j is { Retried: false, Status: Status.Failed, AllowFailure: false, Within.IsEmpty: true, StartedAt: not null })
            .Where(j => !Impossible.Contains(j.FailureReason))
            .ToArray();
        if (failed.Length > 0)
        {
            text.Append($"  {palette.Faint("re-run:")} slipway run {string.Join(' ', failed.Take(5).Select(j => Quoted(j.Name)))}");
            if (failed.FirstOrDefault(j => j.LogPath is not null) is { } first)
                text.Append($"     {palette.Faint("shell:")} slipway run {Quoted(first.Name)} --shell-on-failure");
            text.Append('\n');
        }

        var manual = result.Jobs.Where(j => j is { Retried: false, Status: Status.Manual, Within.IsEmpty: true }).ToArray();
        if (manual.Length > 0)
            text.Append(
                $"  {palette.Faint("play:")} slipway run {string.Join(' ', manual.Take(5).Select(j => "--manual " + Quoted(j.Name)))}\n"
            );
        text.Append($"  {palette.Faint("logs:")} {PlainText.Of(Path.Combine(places.RunDir, "logs"))}");
        if (places.Artifacts is { } artifacts)
            text.Append($"     {palette.Faint("artifacts:")} {PlainText.Of(artifacts)}");
        text.Append('\n');
    }
}
