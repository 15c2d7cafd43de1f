using Slipway.Runner.Executors.Docker;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class OwnerMarkTests
{
    private static readonly OwnerMark Own = OwnerMark.OfThisProcess("run1");

    [Fact]
    public void A_mark_reads_back_from_labels()
    {
        var labels = new Dictionary<string, string>();
        Own.WriteTo(labels);
        Assert.Equal(Own, OwnerMark.Read(labels));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("host boot space x 1")]
    [InlineData("host boot space 1")]
    public void What_is_no_mark_is_nobody_s(string? owner)
    {
        var labels = new Dictionary<string, string> { ["slipway.run"] = "r" };
        if (owner is not null)
            labels["slipway.owner"] = owner;
        Assert.Null(OwnerMark.Read(labels));
    }

    [Fact]
    public void A_living_process_is_not_dead() => Assert.False(Own.IsDead(MachineMark.Here()));

    [Fact]
    public void A_later_process_of_the_same_number_is_another_one() =>
        Assert.True((Own with { StartedAt = "1" }).IsDead(MachineMark.Here()));

    [Fact]
    public void A_process_that_is_gone_is_dead() => Assert.True((Own with { Pid = int.MaxValue }).IsDead(MachineMark.Here()));

    [Fact]
    public void An_earlier_boot_s_processes_are_dead() =>
        Assert.True((Own with { Machine = Own.Machine with { Boot = "earlier" } }).IsDead(MachineMark.Here()));

    [Theory]
    [InlineData("other", "")]
    [InlineData("", "pid:[1]")]
    public void What_cannot_be_known_from_here_counts_as_alive(string machine, string space)
    {
        var mark = Own with
        {
            Pid = int.MaxValue,
            Machine = Own.Machine with
            {
                Name = machine.Length > 0 ? machine : Own.Machine.Name,
                Namespace = space.Length > 0 ? space : Own.Machine.Namespace,
            },
        };
        Assert.False(mark.IsDead(MachineMark.Here()));
    }
}
