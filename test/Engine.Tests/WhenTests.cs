using Slipway.Compiler;
using Slipway.Engine.Tests.Support;
using Xunit;

namespace Slipway.Engine.Tests;

/// <summary>Every <c>when</c> against every state of the job before, waiting for its stage and needing it.</summary>
public class WhenTests
{
    private static readonly JobWhen[] Columns = [JobWhen.OnSuccess, JobWhen.OnFailure, JobWhen.Always, JobWhen.Manual, JobWhen.Delayed];

    // First the job before, then what becomes of a later stage's job with on_success, on_failure, always, manual, delayed.
    private const string AfterStage = """
        running    created created created created created
        success    pending skipped pending manual scheduled
        failed     skipped pending pending skipped skipped
        failed?    pending skipped pending manual scheduled
        canceled   skipped skipped skipped skipped skipped
        canceled?  pending skipped pending manual scheduled
        canceling  created created created created created
        skipped    pending skipped pending manual scheduled
        manual     created created created created created
        manual?    pending skipped pending manual scheduled
        scheduled  created created created created created
        waiting    created created created created created
        """;

    // The same for a job that needs it.
    private const string AfterNeed = """
        running    created created created created created
        success    pending skipped pending manual scheduled
        failed     skipped pending pending skipped skipped
        failed?    pending skipped pending manual scheduled
        canceled   skipped skipped skipped skipped skipped
        canceled?  pending skipped pending manual scheduled
        canceling  created created created created created
        skipped    skipped skipped pending skipped skipped
        manual     created created created created created
        manual?    skipped skipped pending skipped skipped
        scheduled  created created created created created
        waiting    created created created created created
        """;

    public static TheoryData<string, JobWhen, bool, string> Table
    {
        get
        {
            var rows = new TheoryData<string, JobWhen, bool, string>();
            foreach (var (table, needs) in new[] { (AfterStage, false), (AfterNeed, true) })
            {
                foreach (var line in table.Split('\n'))
                {
                    var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    for (var column = 0; column < Columns.Length; column++)
                        rows.Add(cells[0], Columns[column], needs, cells[column + 1]);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_job_moves_on_waits_or_is_skipped(string before, JobWhen when, bool needs, string expected)
    {
        var drive = new Drive(Before(before), Pipelines.Job("b", "test", when, needs ? ["a"] : null));
        switch (before.TrimEnd('?'))
        {
            case "running":
                drive.Start("a");
                break;
            case "success":
                drive.Pass("a");
                break;
            case "failed":
                drive.Fail("a");
                break;
            case "canceled":
                drive.Cancel("a");
                break;
            case "canceling":
                drive.Start("a").Cancel("a");
                break;
        }

        var reached = before.TrimEnd('?') == "waiting" ? "waiting_for_resource" : before.TrimEnd('?');
        Assert.Equal($"a {reached}, b {expected}", drive.All);
    }

    private static CompiledJob Before(string status)
    {
        var allowFailure = status.EndsWith('?');
        return status.TrimEnd('?') switch
        {
            "skipped" => Pipelines.Job("a", when: JobWhen.OnFailure),
            "manual" => Pipelines.Job("a", when: JobWhen.Manual, allowFailure: allowFailure),
            "scheduled" => Pipelines.Job("a", when: JobWhen.Delayed),
            "waiting" => Pipelines.Job("a") with { ResourceGroup = "production" },
            _ => Pipelines.Job("a", allowFailure: allowFailure),
        };
    }
}
