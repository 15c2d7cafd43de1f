using Slipway.Engine.Tests.Support;
using Xunit;

namespace Slipway.Engine.Tests;

public class CompositeStatusTests
{
    /// <summary>A job in the words of the tests: a status, with a question mark when it may fail (or, manual, need not be played).</summary>
    private static JobState Job(string word) =>
        new()
        {
            Number = 0,
            JobIndex = 0,
            Job = Pipelines.Job("a"),
            Status = Statuses.Parse(word.TrimEnd('?'))!.Value,
            AllowFailure = word.EndsWith('?'),
        };

    [Theory]
    [InlineData("", "success")]
    [InlineData("skipped", "skipped")]
    [InlineData("manual?", "skipped")]
    [InlineData("skipped manual?", "skipped")]
    [InlineData("success skipped failed? manual?", "success")]
    [InlineData("failed?", "success")]
    [InlineData("canceled?", "success")]
    [InlineData("created failed?", "created")]
    [InlineData("preparing manual?", "preparing")]
    [InlineData("canceled success skipped", "canceled")]
    [InlineData("pending created skipped", "pending")]
    [InlineData("pending success", "running")]
    [InlineData("running failed", "running")]
    [InlineData("waiting_for_resource success manual", "waiting_for_resource")]
    [InlineData("manual failed", "manual")]
    [InlineData("manual canceled", "manual")]
    [InlineData("manual scheduled", "manual")]
    [InlineData("scheduled success", "scheduled")]
    [InlineData("preparing success", "preparing")]
    [InlineData("created success", "running")]
    [InlineData("created failed", "running")]
    [InlineData("canceling canceled", "canceling")]
    [InlineData("canceling", "canceling")]
    [InlineData("canceled failed", "failed")]
    [InlineData("failed success", "failed")]
    public void Many_jobs_read_as_one(string jobs, string expected) =>
        Assert.Equal(expected, Statuses.Word(CompositeStatus.Of(jobs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Job))));

    [Theory]
    [InlineData("success", "success")]
    [InlineData("success failed?", "success")]
    [InlineData("success skipped", "skipped")]
    [InlineData("running skipped", "skipped")]
    [InlineData("success manual?", "skipped")]
    [InlineData("success manual", "manual")]
    [InlineData("failed running", "running")]
    [InlineData("failed success", "failed")]
    public void Needs_are_stricter_about_jobs_that_do_not_run(string jobs, string expected)
    {
        var symbols = jobs.Split(' ').Select(Job).Aggregate(0, (joined, job) => joined | CompositeStatus.Symbol(job));
        Assert.Equal(expected, Statuses.Word(CompositeStatus.Of(symbols, needs: true)));
    }

    [Fact]
    public void Every_set_of_symbols_reads_as_the_slow_reference_says()
    {
        var words = Enum.GetValues<Status>().Select(Statuses.Word).Concat(["failed?", "manual?"]).ToArray();
        for (var set = 0; set < 1 << words.Length; set++)
        {
            var chosen = words.Where((_, index) => (set & (1 << index)) != 0).ToArray();
            var symbols = chosen.Select(Job).Aggregate(0, (joined, job) => joined | CompositeStatus.Symbol(job));
            Assert.Equal(Reference.Composite(chosen, needs: false), Statuses.Word(CompositeStatus.Of(symbols, needs: false)));
            Assert.Equal(Reference.Composite(chosen, needs: true), Statuses.Word(CompositeStatus.Of(symbols, needs: true)));
        }
    }

    [Fact]
    public void Attempts_that_were_retried_do_not_count() =>
        Assert.Equal(Status.Success, CompositeStatus.Of([Job("failed") with { Retried = true }, Job("success")]));

    [Fact]
    public void Only_an_allowed_failure_is_a_warning()
    {
        Assert.True(CompositeStatus.HasWarnings([Job("success"), Job("failed?")]));
        Assert.False(CompositeStatus.HasWarnings([Job("failed"), Job("manual?"), Job("skipped?")]));
    }
}
